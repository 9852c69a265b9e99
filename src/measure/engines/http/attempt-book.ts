import type { Exchange } from "./exchange.ts";

/** Where a traffic tells what became of each attempt that it was to send. */
export interface AttemptBook {
  /** It was handed to a connection. */
  sent(exchange: Exchange): void;
  /**
   * The whole answer has come, of whatever status.
   *
   * @returns whether the request is over; else it will be asked again
   */
  answered(exchange: Exchange, nowMs: number): boolean;
  /**
   * The connection broke, or could not be made.
   *
   * @param failure - its class, `timeout` where there was no answer in time
   * @returns whether the request is over; else it will be asked again
   */
  broken(exchange: Exchange, failure: string, nowMs: number): boolean;
  /** No connection was free for it. */
  notSent(exchange: Exchange, why: string, nowMs: number): void;
  /** It still waits for a connection at the end of the run. */
  leftWaiting(exchange: Exchange, nowMs: number): void;
  /** It is still without an answer at the end of the run. */
  unfinished(exchange: Exchange, nowMs: number): void;
}
