import { UserError } from "../../../base/errors.ts";
import { invariant } from "../../../base/invariant.ts";
import { type ClosedLoad, shareOfUsers, thinkTimes } from "../../../workload/closed-users.ts";
import { identifyUsers } from "../../../workload/user-identity.ts";
import type { EngineOptions } from "../engine.ts";
import { AgedList } from "../http/aged-list.ts";
import { Connection, type ConnectionOwner } from "../http/connection.ts";
import type { Exchange } from "../http/exchange.ts";
import { requestBuilder } from "../http/request-builder.ts";
import { DueHeap } from "../pacing/due-heap.ts";
import type { AskingTraffic, LoadSpan, TrafficOptions } from "../pacing/traffic.ts";
import { ClosedUser, type Crowd } from "./closed-user.ts";

/** Most connections being opened at once before the load begins: well below a listener's usual backlog. */
const maxOpening = 64;
/** A user whose connection broke waits at least so long, however short the think time. */
const pauseAfterFailureMs = 100;

/** Users who ask, wait for the answer, think, and ask again; each on a connection of their own. */
export class ClosedTraffic implements AskingTraffic, Crowd {
  readonly #options: TrafficOptions;
  readonly #users: readonly ClosedUser[];
  readonly #thinking = new DueHeap<ClosedUser>();
  readonly #underWay: AgedList<Exchange>;
  readonly #build: ReturnType<typeof requestBuilder>;
  #asked = 0;
  #endMs = Number.NEGATIVE_INFINITY;
  #isSettled = false;
  #whenOpenedOrClosed: (failure: string) => void = () => undefined;
  connectionsOpen = 0;
  pending = 0;

  /** @throws UserError when there are fewer connections than users */
  constructor(options: TrafficOptions) {
    const { plan, driver, of, clock, split } = options;
    const load = closedLoad(options);
    this.#options = options;
    this.#build = requestBuilder(options, split);
    const attemptTimeoutMs = plan.retries?.attemptTimeoutMs ?? plan.limits.timeoutMs;
    this.#underWay = new AgedList(clock, attemptTimeoutMs, (exchange) => {
      exchange.connection?.timeOut();
      this.broken(this.#userOf(exchange), exchange, "timeout");
    });
    const identify = identifyUsers(plan.split);
    this.#users = shareOfUsers(load, driver, of).map(
      (user) => new ClosedUser(this, identify(user), thinkTimes(load, plan.seed, user)),
    );
  }

  /** Requests that wait for their user's connection. */
  get queueLength(): number {
    return this.pending - this.#underWay.length;
  }

  /**
   * Opens all connections, some at a time.
   *
   * @throws UserError target-unreachable when not one could be opened
   */
  async prepare(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    let settled = 0;
    let lastFailure = "";
    const openNext = () => this.#users[begun++]?.connect();
    this.#whenOpenedOrClosed = (failure) => {
      if (failure !== "") lastFailure = failure;
      if (++settled >= this.#users.length) resolve();
      else openNext();
    };
    for (let count = 0; count < maxOpening; count++) openNext();
    if (this.#users.length > 0) await promise;
    this.#whenOpenedOrClosed = () => undefined;
    if (this.connectionsOpen > 0 || this.#users.length === 0) return;
    const { host, port } = this.#options.target;
    throw new UserError("target-unreachable", `no connection to ${host}:${port}: ${lastFailure}`);
  }

  begin({ startMs, endMs }: LoadSpan): void {
    this.#endMs = endMs;
    for (const user of this.#users) this.#think(user, startMs + user.thinkTimes.firstMs);
  }

  nextDueMs(): number {
    const dueMs = this.#thinking.first?.dueMs ?? Number.POSITIVE_INFINITY;
    return dueMs < this.#endMs ? dueMs : Number.POSITIVE_INFINITY;
  }

  takeDue(nowMs: number): void {
    const user = this.#thinking.takeFirst();
    if (user !== undefined) this.#ask(user, user.dueMs, nowMs);
  }

  end(): void {
    this.#endMs = Number.NEGATIVE_INFINITY;
  }

  settle(nowMs: number): void {
    const { book } = this.#options;
    this.#isSettled = true;
    for (const user of this.#users) {
      const waiting = user.takeWaiting();
      if (waiting !== undefined) book.leftWaiting(waiting, nowMs);
      user.leave();
    }
    for (let left = this.#underWay.takeFirst(); left !== undefined; left = this.#underWay.takeFirst()) {
      book.unfinished(left, nowMs);
    }
    this.#underWay.close();
  }

  connect(owner: ConnectionOwner): Connection {
    const { target, clock, plan } = this.#options;
    return new Connection({ target, clock, connectTimeoutMs: plan.limits.timeoutMs, owner });
  }

  send(connection: Connection, exchange: Exchange): void {
    connection.send(exchange);
    this.#underWay.add(exchange, exchange.sentMs);
    this.#options.book.sent(exchange);
  }

  opened(): void {
    this.connectionsOpen++;
    this.#options.ledger.connectionsOpened++;
    this.#whenOpenedOrClosed("");
  }

  closed(connection: Connection, failure: string): void {
    if (connection.hasOpened) this.connectionsOpen--;
    else {
      this.#options.ledger.connectionFailed(failure);
      this.#whenOpenedOrClosed(failure);
    }
  }

  answered(user: ClosedUser, exchange: Exchange, nowMs: number): void {
    this.#underWay.remove(exchange);
    this.pending--;
    if (this.#options.book.answered(exchange, nowMs)) {
      const thinkMs = user.thinkTimes.nextMs();
      if (thinkMs > 0) this.#think(user, nowMs + thinkMs);
      else if (nowMs < this.#endMs) this.#ask(user, nowMs, nowMs);
    }
    this.#options.afterAnswer(nowMs);
  }

  broken(user: ClosedUser, exchange: Exchange, failure: string): void {
    if (this.#isSettled) return;
    const { book, clock } = this.#options;
    const nowMs = clock.nowMs();
    this.#underWay.remove(exchange);
    this.pending--;
    if (book.broken(exchange, failure, nowMs)) this.#thinkAfterFailure(user, nowMs);
    this.#options.afterAnswer(nowMs);
  }

  askAgain(attempt: Exchange): void {
    this.pending++;
    this.#userOf(attempt).ask(attempt);
  }

  takeBack(attempt: Exchange): void {
    this.pending--;
    this.#userOf(attempt).takeWaiting();
  }

  gaveUp(attempt: Exchange, nowMs: number): void {
    this.#thinkAfterFailure(this.#userOf(attempt), nowMs);
    this.#options.afterAnswer(nowMs);
  }

  #userOf({ user }: Exchange): ClosedUser {
    const { driver, of } = this.#options;
    const found = this.#users[(user - driver) / of];
    invariant(found !== undefined, "a driver's requests are those of its own users");
    return found;
  }

  #ask(user: ClosedUser, dueMs: number, nowMs: number): void {
    const { driver, of, ledger } = this.#options;
    const ordinal = driver + of * this.#asked++;
    this.pending++;
    user.ask(ledger.due(this.#build(ordinal, user.identity), dueMs, nowMs));
  }

  #thinkAfterFailure(user: ClosedUser, nowMs: number): void {
    this.#think(user, nowMs + Math.max(pauseAfterFailureMs, user.thinkTimes.nextMs()));
  }

  #think(user: ClosedUser, untilMs: number): void {
    user.dueMs = untilMs;
    this.#thinking.add(user);
  }
}

function closedLoad({ plan }: EngineOptions): ClosedLoad {
  const { load, limits } = plan;
  invariant(load.kind === "closed", "closed users need a closed load");
  if (limits.maxConnections >= load.users) return load;
  throw new UserError(
    "scenario-invalid",
    `workload.maxConnections is ${limits.maxConnections}, but each of the ${load.users} users keeps a connection`,
  );
}
