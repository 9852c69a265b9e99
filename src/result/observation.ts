import type { Version } from "../base/version.ts";

/**
 * How a request ended. `http-error`: an answer with status 400 or above. `timeout` and `unfinished` (still
 * under way when the run ended) carry the age that the request had reached: the true time is longer.
 */
export type Outcome = "ok" | "http-error" | "timeout" | "connection-error" | "not-sent" | "unfinished";

/**
 * One request, told by the driver. Moments are ms on one axis (the machine's monotonic clock in a real run,
 * virtual time in a simulated one); a moment that was never reached is NaN, and so is an unknown duration.
 *
 * The driver may reuse the object: whoever keeps it copies it.
 */
export type Observation = {
  /** When it was due. The response time counts from here. */
  scheduledMs: number;
  /** When the pacer saw that it was due. */
  seenMs: number;
  /** When the first byte of its last attempt was handed to a connection. */
  sentMs: number;
  firstByteMs: number;
  /** When it ended, however it ended. */
  completedMs: number;
  /** Who answered; where nobody did, who was to answer. */
  version: Version;
  /** Index into the plan's endpoints. */
  endpoint: number;
  outcome: Outcome;
  /** HTTP status, 0 where there was no answer. */
  status: number;
  /** Class of a failure, for example `status-503`, `refused`, `reset`, `timeout`; empty when ok. */
  errorClass: string;
  /** Durations reported by the splitter and the service, ms. */
  splitterMs: number;
  serverQueueMs: number;
  serviceMs: number;
  /** Whether another version than the split's answered, because the split's was out. */
  rerouted: boolean;
  /** What its client's retries came to; absent where clients ask once. */
  readonly retries?: RequestRetries | undefined;
  /** Who made it, where users are told apart. */
  readonly user?: number;
};

/**
 * How the retries of a request ended. `exhausted`: the last allowed attempt failed. `overBudget`: the next one was not
 * within the budget of all clients. `gaveUp`: the user's patience ended, or no connection was free for the next.
 */
export type RetryEnd = "recovered" | "exhausted" | "overBudget" | "gaveUp";

/** What asking again came to, of one request. */
export type RequestRetries = {
  /** Attempts after the first that were sent. */
  readonly sent: number;
  /** undefined where none was wanted, or where the request ended otherwise. */
  readonly end: RetryEnd | undefined;
  /** When the first attempt was sent, or failed before it could be. */
  readonly firstSentMs: number;
};
