import type { Clock } from "../../../base/clock.ts";
import { UserError } from "../../../base/errors.ts";
import { invariant } from "../../../base/invariant.ts";
import { type ClosedLoad, shareOfUsers, thinkTimes } from "../../../workload/closed-users.ts";
import { identifyUsers } from "../../../workload/user-identity.ts";
import type { EngineOptions } from "../engine.ts";
import { Connection, type ConnectionOwner } from "../http/connection.ts";
import type { Exchange } from "../http/exchange.ts";
import { ExchangeList } from "../http/exchange-list.ts";
import type { Ledger } from "../http/ledger.ts";
import type { PlannedSplit } from "../http/planned-split.ts";
import { requestBuilder } from "../http/request-builder.ts";
import type { LoadSpan, Traffic } from "../pacing/paced-engine.ts";
import { ClosedUser, type Crowd } from "./closed-user.ts";
import { DueHeap } from "./due-heap.ts";

export type ClosedTrafficOptions = EngineOptions & {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly split: PlannedSplit;
  readonly afterAnswer: (nowMs: number) => void;
};

/** Most connections being opened at once before the load begins: well below a listener's usual backlog. */
const maxOpening = 64;
/** A user whose connection broke waits at least so long, however short the think time. */
const pauseAfterFailureMs = 100;

/** Users who ask, wait for the answer, think, and ask again; each on a connection of their own. */
export class ClosedTraffic implements Traffic, Crowd {
  readonly #options: ClosedTrafficOptions;
  readonly #users: readonly ClosedUser[];
  readonly #thinking = new DueHeap<ClosedUser>();
  readonly #underWay: ExchangeList;
  readonly #build: ReturnType<typeof requestBuilder>;
  #asked = 0;
  #ended = 0;
  #endMs = Number.NEGATIVE_INFINITY;
  #isSettled = false;
  #whenOpenedOrClosed: (failure: string) => void = () => undefined;
  connectionsOpen = 0;

  /** @throws UserError when there are fewer connections than users */
  constructor(options: ClosedTrafficOptions) {
    const { plan, driver, of, clock, split } = options;
    const load = closedLoad(options);
    this.#options = options;
    this.#build = requestBuilder(options, split);
    this.#underWay = new ExchangeList(clock, plan.limits.timeoutMs, ({ connection }) =>
      connection?.fail("timeout"),
    );
    const identify = identifyUsers(plan.split);
    this.#users = shareOfUsers(load, driver, of).map(
      (user) => new ClosedUser(this, identify(user), thinkTimes(load, plan.seed, user)),
    );
  }

  /** Requests that wait for their user's connection. */
  get queueLength(): number {
    return this.pending - this.#underWay.length;
  }

  get pending(): number {
    return this.#asked - this.#ended;
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
    return this.#thinking.first?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  takeDue(nowMs: number): void {
    const user = this.#thinking.takeFirst();
    if (user !== undefined) this.#ask(user, user.dueMs, nowMs);
  }

  end(): void {
    this.#endMs = Number.NEGATIVE_INFINITY;
  }

  settle(nowMs: number): void {
    const { ledger } = this.#options;
    this.#isSettled = true;
    for (const user of this.#users) {
      const waiting = user.takeWaiting();
      if (waiting !== undefined) ledger.notSent(waiting, "run-ended", nowMs);
      user.leave();
    }
    for (let left = this.#underWay.takeFirst(); left !== undefined; left = this.#underWay.takeFirst()) {
      ledger.unfinished(left, nowMs);
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
    this.#options.ledger.sent();
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
    this.#options.ledger.answered(exchange, nowMs);
    this.#ended++;
    const thinkMs = user.thinkTimes.nextMs();
    if (thinkMs > 0) this.#think(user, nowMs + thinkMs);
    else if (nowMs < this.#endMs) this.#ask(user, nowMs, nowMs);
    this.#options.afterAnswer(nowMs);
  }

  broken(user: ClosedUser, exchange: Exchange, failure: string): void {
    if (this.#isSettled) return;
    const { ledger, clock } = this.#options;
    const nowMs = clock.nowMs();
    this.#underWay.remove(exchange);
    ledger.broken(exchange, failure, nowMs);
    this.#ended++;
    this.#think(user, nowMs + Math.max(pauseAfterFailureMs, user.thinkTimes.nextMs()));
    this.#options.afterAnswer(nowMs);
  }

  #ask(user: ClosedUser, dueMs: number, nowMs: number): void {
    const { driver, of, ledger } = this.#options;
    const ordinal = driver + of * this.#asked++;
    user.ask(ledger.due(this.#build(ordinal, user.identity), dueMs, nowMs));
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
