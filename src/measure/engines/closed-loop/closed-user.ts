import type { ThinkTimes } from "../../../workload/closed-users.ts";
import type { UserIdentity } from "../../../workload/user-identity.ts";
import type { Connection, ConnectionOwner } from "../http/connection.ts";
import type { Exchange } from "../http/exchange.ts";

/** What all users have in common. */
export interface Crowd {
  connect(owner: ConnectionOwner): Connection;
  send(connection: Connection, exchange: Exchange): void;
  opened(): void;
  closed(connection: Connection, failure: string): void;
  answered(user: ClosedUser, exchange: Exchange, nowMs: number): void;
  broken(user: ClosedUser, exchange: Exchange, failure: string): void;
}

/** One user with a keep-alive connection of their own; a lost one is replaced when they next ask. */
export class ClosedUser implements ConnectionOwner {
  readonly identity: UserIdentity;
  readonly thinkTimes: ThinkTimes;
  /** When they ask next. */
  dueMs = 0;
  readonly #crowd: Crowd;
  #connection: Connection | undefined;
  /** Asked, and waits for the connection. */
  #waiting: Exchange | undefined;

  constructor(crowd: Crowd, identity: UserIdentity, thinkTimes: ThinkTimes) {
    this.#crowd = crowd;
    this.identity = identity;
    this.thinkTimes = thinkTimes;
  }

  connect(): void {
    this.#connection = this.#crowd.connect(this);
  }

  ask(exchange: Exchange): void {
    const connection = this.#connection;
    if (connection?.isOpen) {
      this.#crowd.send(connection, exchange);
      return;
    }
    this.#waiting = exchange;
    if (connection === undefined || connection.hasOpened) this.connect();
  }

  takeWaiting(): Exchange | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  leave(): void {
    this.#connection?.abandon();
  }

  opened(connection: Connection): void {
    this.#crowd.opened();
    const exchange = this.takeWaiting();
    if (exchange !== undefined) this.#crowd.send(connection, exchange);
  }

  answered(_connection: Connection, exchange: Exchange, nowMs: number): void {
    this.#crowd.answered(this, exchange, nowMs);
  }

  closed(connection: Connection, failure: string, exchange: Exchange | undefined): void {
    this.#crowd.closed(connection, failure);
    if (connection === this.#connection) this.#connection = undefined;
    const lost = exchange ?? (connection.hasOpened ? undefined : this.takeWaiting());
    if (lost !== undefined) this.#crowd.broken(this, lost, failure);
  }
}
