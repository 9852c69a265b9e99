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
  /** When its first byte was handed to a connection. */
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
  /** Who made it, where users are told apart. */
  readonly user?: number;
};
