import type { Clock } from "../../../base/clock.ts";
import type { EngineOptions } from "../engine.ts";
import type { AttemptBook } from "../http/attempt-book.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Ledger } from "../http/ledger.ts";
import type { PlannedSplit } from "../http/planned-split.ts";

/** What a paced engine plays: who asks when, and over which connections. */
export interface Traffic {
  readonly connectionsOpen: number;
  readonly queueLength: number;
  /** Requests waiting and under way. */
  readonly pending: number;
  prepare(): Promise<void>;
  begin(span: LoadSpan): void;
  /** The moment of the request that comes due next; Infinity when there is none. */
  nextDueMs(): number;
  /** Makes that request. */
  takeDue(nowMs: number): void;
  /** No new request from now on; those under way are still asked again. */
  end(): void;
  /** Books what is still waiting or under way, and closes all connections. */
  settle(nowMs: number): void;
}

/** Moments on `systemClock`; the load runs from `startMs` to before `endMs`. */
export type LoadSpan = { readonly startMs: number; readonly originMs: number; readonly endMs: number };

/** A traffic whose requests may be asked again. */
export interface AskingTraffic extends Traffic {
  /** Sends another attempt, as soon as a connection is free. */
  askAgain(attempt: Exchange, nowMs: number): void;
  /** Takes back an attempt that waits for a connection. */
  takeBack(attempt: Exchange): void;
  /** A request has ended that was neither waiting nor under way. */
  gaveUp(attempt: Exchange, nowMs: number): void;
}

export type TrafficOptions = EngineOptions & {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly split: PlannedSplit;
  /** Told what became of every attempt. */
  readonly book: AttemptBook;
  /** To be called after each attempt that has ended: the next request may be due earlier now. */
  readonly afterAnswer: (nowMs: number) => void;
};
