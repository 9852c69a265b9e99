import type { Clock } from "../../../base/clock.ts";
import { UserError } from "../../../base/errors.ts";
import type { Target } from "../../driver/messages.ts";
import { AgedList } from "../http/aged-list.ts";
import type { AttemptBook } from "../http/attempt-book.ts";
import { Backoff } from "../http/backoff.ts";
import { Connection, type ConnectionOwner } from "../http/connection.ts";
import type { Exchange } from "../http/exchange.ts";
import { isGeneratorFailure } from "../http/failure-class.ts";
import type { Ledger } from "../http/ledger.ts";

export type ConnectionPoolOptions = {
  readonly clock: Clock;
  readonly target: Target;
  readonly ledger: Ledger;
  readonly book: AttemptBook;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxQueueAgeMs: number;
  readonly afterAnswer: (nowMs: number) => void;
};

/** Most requests that wait for a connection; what comes due beyond them is not sent. */
const maxWaiting = 65_536;
/** Most connections being opened at once. */
const maxOpening = 128;

/**
 * Any request goes out on any free connection, the one used last first. Where none is free another is opened,
 * up to the cap; then requests wait, for as long as the plan lets them.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly #options: ConnectionPoolOptions;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: AgedList<Exchange>;
  readonly #underWay: AgedList<Exchange>;
  readonly #backoff: Backoff;
  #opening = 0;
  #lastFailure = "";
  #whenFirstSettled: (() => void) | undefined;
  #isSettled = false;

  constructor(options: ConnectionPoolOptions) {
    const { clock, attemptTimeoutMs, maxQueueAgeMs } = options;
    this.#options = options;
    this.#waiting = new AgedList(clock, maxQueueAgeMs, (exchange, nowMs) => this.#tooOld(exchange, nowMs));
    this.#underWay = new AgedList(clock, attemptTimeoutMs, (exchange, nowMs) => {
      exchange.connection?.timeOut();
      options.book.broken(exchange, "timeout", nowMs);
    });
    this.#backoff = new Backoff(() => this.#openAsNeeded());
  }

  get connectionsOpen(): number {
    return this.#all.size - this.#opening;
  }

  get queueLength(): number {
    return this.#waiting.length;
  }

  get pending(): number {
    return this.#waiting.length + this.#underWay.length;
  }

  /** @throws UserError target-unreachable */
  async openFirst(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenFirstSettled = resolve;
    this.#open();
    await promise;
    if (this.connectionsOpen > 0) return;
    const { host, port } = this.#options.target;
    throw new UserError("target-unreachable", `no connection to ${host}:${port}: ${this.#lastFailure}`);
  }

  submit(exchange: Exchange, nowMs: number): void {
    const connection = this.#takeIdle();
    if (connection !== undefined) {
      this.#send(connection, exchange);
    } else if (this.#waiting.length < maxWaiting) {
      this.#waiting.add(exchange, nowMs);
      this.#openAsNeeded();
    } else {
      this.#options.book.notSent(exchange, "queue-full", nowMs);
    }
  }

  /** Takes back a request that waits for a connection. */
  takeBack(exchange: Exchange): void {
    this.#waiting.remove(exchange);
  }

  settle(nowMs: number): void {
    const { book } = this.#options;
    this.#isSettled = true;
    this.#backoff.close();
    for (let left = this.#waiting.takeFirst(); left !== undefined; left = this.#waiting.takeFirst()) {
      book.leftWaiting(left, nowMs);
    }
    for (let left = this.#underWay.takeFirst(); left !== undefined; left = this.#underWay.takeFirst()) {
      book.unfinished(left, nowMs);
    }
    this.#waiting.close();
    this.#underWay.close();
    for (const connection of this.#all) connection.abandon();
  }

  opened(connection: Connection): void {
    this.#opening--;
    this.#options.ledger.connectionsOpened++;
    this.#backoff.succeeded();
    this.#lastFailure = "";
    this.#serve(connection);
    this.#whenFirstSettled?.();
  }

  answered(connection: Connection, exchange: Exchange, nowMs: number): void {
    this.#underWay.remove(exchange);
    this.#options.book.answered(exchange, nowMs);
    if (connection.isOpen) this.#serve(connection);
    this.#options.afterAnswer(nowMs);
  }

  closed(connection: Connection, failure: string, exchange: Exchange | undefined): void {
    const { book, clock } = this.#options;
    this.#all.delete(connection);
    this.#dropIdle(connection);
    if (this.#isSettled) return;
    if (exchange !== undefined) {
      this.#underWay.remove(exchange);
      book.broken(exchange, failure, clock.nowMs());
    }
    if (connection.hasOpened) this.#openAsNeeded();
    else this.#openingFailed(failure);
  }

  #serve(connection: Connection): void {
    const exchange = this.#waiting.takeFirst();
    if (exchange !== undefined) {
      this.#send(connection, exchange);
      return;
    }
    connection.idleIndex = this.#idle.length;
    this.#idle.push(connection);
  }

  #send(connection: Connection, exchange: Exchange): void {
    connection.send(exchange);
    this.#underWay.add(exchange, exchange.sentMs);
    this.#options.book.sent(exchange);
  }

  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      connection.idleIndex = -1;
      if (connection.isOpen) return connection;
    }
    return undefined;
  }

  #dropIdle(connection: Connection): void {
    const { idleIndex } = connection;
    if (idleIndex === -1) return;
    connection.idleIndex = -1;
    const last = this.#idle.pop();
    if (last === undefined || last === connection) return;
    this.#idle[idleIndex] = last;
    last.idleIndex = idleIndex;
  }

  /** One connection for each request that waits, as far as the bounds allow. */
  #openAsNeeded(): void {
    const { maxConnections } = this.#options;
    if (this.#isSettled || this.#backoff.isWaiting) return;
    while (this.#opening < Math.min(this.#waiting.length, maxOpening) && this.#all.size < maxConnections) {
      this.#open();
    }
  }

  #open(): void {
    const { target, clock, timeoutMs } = this.#options;
    this.#opening++;
    this.#all.add(new Connection({ target, clock, connectTimeoutMs: timeoutMs, owner: this }));
  }

  /**
   * Where another connection is open, the oldest waiting request shares the fate of the one that was to be
   * opened for it; where none is, all that wait do. A failure of this machine lets them wait on.
   */
  #openingFailed(failure: string): void {
    const { ledger, book, clock } = this.#options;
    this.#opening--;
    this.#lastFailure = failure;
    ledger.connectionFailed(failure);
    this.#backoff.failed();
    this.#whenFirstSettled?.();
    if (isGeneratorFailure(failure)) return;
    const count = this.connectionsOpen > 0 ? 1 : this.#waiting.length;
    for (let index = 0; index < count; index++) {
      const exchange = this.#waiting.takeFirst();
      if (exchange !== undefined) book.broken(exchange, failure, clock.nowMs());
    }
  }

  #tooOld(exchange: Exchange, nowMs: number): void {
    const { book } = this.#options;
    const isUnreachable = this.connectionsOpen === 0 && !isGeneratorFailure(this.#lastFailure);
    if (isUnreachable) book.broken(exchange, this.#lastFailure || "connect-timeout", nowMs);
    else book.notSent(exchange, this.#lastFailure || "no-free-connection", nowMs);
  }
}
