import type { Version } from "../base/version.ts";
import type { EndDelta } from "./end-moments.ts";
import type { RetryCounts } from "./retry-schema.ts";

/**
 * What a driver tells every second: only what is new since the last time, so that adding up all windows in any
 * order gives the run. Requests are booked where they were *scheduled*; one that ends late arrives in a later
 * window and is still booked in its own second.
 *
 * Histograms travel encoded (see `DurationHistogram`).
 */
export type WindowDelta = {
  readonly driver: number;
  /** When it was taken, ms from the start of the measured part. */
  readonly atMs: number;
  readonly cells: readonly CellDelta[];
  readonly parts: readonly PartDelta[];
  readonly endpoints: readonly EndpointDelta[];
  /** By when requests ended, where the cells go by when they were scheduled. */
  readonly ends?: readonly EndDelta[];
};

/** One second of one stage. */
export type CellDelta = {
  readonly stage: number;
  /** Whole seconds from the start of the measured part; negative in the warm-up. */
  readonly second: number;
  /** Requests that came due, counted when they did and not when they ended. */
  readonly due: number;
  readonly arms: { readonly [version in Version]?: ArmDelta };
};

export type ArmDelta = {
  readonly counts: OutcomeCounts;
  readonly errors: Readonly<Record<string, number>>;
  /** Response times by how the request ended; a class without requests is absent. */
  readonly histograms: { readonly [outcome in OutcomeClass]?: string };
  /** Of requests that ended; absent where clients ask once. */
  readonly retries?: RetryCounts;
};

/** `scheduled` is the sum of the five after it; `rerouted` ones are among them. */
export type OutcomeCounts = {
  readonly scheduled: number;
  readonly completed: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly notSent: number;
  readonly inFlight: number;
  readonly rerouted: number;
};

/** `ok`: answered well. `failed`: an error answer or a broken connection. `censored`: the true time is longer. */
export const outcomeClasses = ["ok", "failed", "censored"] as const;
export type OutcomeClass = (typeof outcomeClasses)[number];

/**
 * The latency budget: what a response time is made of. Of a request that was answered,
 * pacerLag + slotWait + earlierAttempts + splitter + network + serverQueue + service = response time.
 *
 * `earlierAttempts`: first sent to last sent, pauses included; only where clients ask again. The four after it are those
 * of the attempt that was answered.
 */
export const budgetParts = [
  "pacerLag",
  "slotWait",
  "earlierAttempts",
  "splitter",
  "network",
  "serverQueue",
  "service",
] as const;

/** Beside the budget's parts: last sent to completed, the server's view of the world. */
export const partNames = [...budgetParts, "roundTrip"] as const;
export type PartName = (typeof partNames)[number];

export type PartDelta = {
  readonly stage: number;
  readonly version: Version;
  readonly histograms: { readonly [part in PartName]?: string };
};

/** Requests of one endpoint that ended alike; those that ended otherwise have deltas of their own. */
export type EndpointDelta = {
  readonly stage: number;
  readonly version: Version;
  readonly endpoint: number;
  /** Status of the answers as text; without an answer the class of the failure, or `unfinished`. */
  readonly ending?: string;
  readonly counts: OutcomeCounts;
  /** Response times of all its requests that were sent. */
  readonly histogram: string | undefined;
};

export const zeroCounts: OutcomeCounts = {
  scheduled: 0,
  completed: 0,
  failed: 0,
  timedOut: 0,
  notSent: 0,
  inFlight: 0,
  rerouted: 0,
};

export function addCounts(left: OutcomeCounts, right: OutcomeCounts): OutcomeCounts {
  return {
    scheduled: left.scheduled + right.scheduled,
    completed: left.completed + right.completed,
    failed: left.failed + right.failed,
    timedOut: left.timedOut + right.timedOut,
    notSent: left.notSent + right.notSent,
    inFlight: left.inFlight + right.inFlight,
    rerouted: left.rerouted + right.rerouted,
  };
}

/** The identity that every ledger keeps. */
export function isBalanced(counts: OutcomeCounts): boolean {
  const { scheduled, completed, failed, timedOut, notSent, inFlight } = counts;
  return scheduled === completed + failed + timedOut + notSent + inFlight;
}
