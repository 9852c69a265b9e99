import { assertNever } from "../base/invariant.ts";
import type { Observation, Outcome, RequestRetries } from "./observation.ts";
import type { RetryCounts } from "./retry-schema.ts";
import type { OutcomeClass, OutcomeCounts } from "./window.ts";

/** A ledger that is still being written. */
export type Counts = { -readonly [key in keyof OutcomeCounts]: OutcomeCounts[key] };

/** Most error classes kept apart in one arm of one second; more are counted as `other`. */
const maxErrorClasses = 32;

/** Adds one observation to a ledger. */
export function countObservation(counts: Counts, { outcome, rerouted }: Observation): void {
  counts.scheduled++;
  if (rerouted) counts.rerouted++;
  switch (outcome) {
    case "ok":
      counts.completed++;
      return;
    case "http-error":
    case "connection-error":
      counts.failed++;
      return;
    case "timeout":
      counts.timedOut++;
      return;
    case "not-sent":
      counts.notSent++;
      return;
    case "unfinished":
      counts.inFlight++;
      return;
    default:
      assertNever(outcome);
  }
}

/** Adds what one request's retries came to. */
export function countRetries(counts: RetryCounts, { sent, end }: RequestRetries): void {
  counts.retried += sent;
  if (end !== undefined) counts[end]++;
}

/** Whether a whole answer came, of whatever status. */
export function isAnswered({ outcome }: Observation): boolean {
  return outcome === "ok" || outcome === "http-error";
}

/** Status or class of failure: what a request's end is called beside its outcome. */
export function endingOf(observation: Observation): string {
  if (isAnswered(observation)) return String(observation.status);
  return observation.errorClass === "" ? observation.outcome : observation.errorClass;
}

/** The histogram that a sent request's response time belongs to. */
export function outcomeClass(outcome: Exclude<Outcome, "not-sent">): OutcomeClass {
  switch (outcome) {
    case "ok":
      return "ok";
    case "http-error":
    case "connection-error":
      return "failed";
    case "timeout":
    case "unfinished":
      return "censored";
    default:
      return assertNever(outcome);
  }
}

/** Counts one error under its class. */
export function countError(errors: Record<string, number>, errorClass: string): void {
  const name = errorClass in errors || Object.keys(errors).length < maxErrorClasses ? errorClass : "other";
  errors[name] = (errors[name] ?? 0) + 1;
}
