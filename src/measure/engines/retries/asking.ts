import type { RequestRetries, RetryEnd } from "../../../result/observation.ts";
import type { Aged } from "../http/aged-list.ts";
import type { Exchange } from "../http/exchange.ts";

/** A request of a client that asks again, from its first attempt to its end. */
export class Asking implements RequestRetries, Aged<Asking> {
  /** `waiting`: the next attempt is due, and no connection is free yet. */
  state: "under way" | "pausing" | "waiting" | "over" = "under way";
  /** The last attempt that began: under way, or failed. */
  attempt: Exchange;
  /** Its class, where that attempt failed without an answer; else empty. */
  failure = "";
  /** The next attempt, while it waits. */
  waiting: Exchange | undefined;
  /** Retries decided on; one may yet not be sent. */
  made = 0;
  sent = 0;
  end: RetryEnd | undefined;
  readonly firstSentMs: number;
  /** When the pause ends. */
  dueMs = Number.NaN;
  /** Whether the user's patience ended while an attempt was under way. */
  isLost = false;
  previous: Asking | undefined;
  next: Asking | undefined;
  listedMs = Number.NaN;

  constructor(attempt: Exchange, firstSentMs: number) {
    this.attempt = attempt;
    this.firstSentMs = firstSentMs;
  }
}
