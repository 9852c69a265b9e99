import { type DurationBins, mergeBins, noDurations } from "../stats/bins.ts";
import type { DurationHistogram } from "../stats/histogram.ts";

/**
 * How the requests of one version ended in some time. `scheduled` is the sum of the five after it; a request
 * that was not sent counts as infinitely slow.
 */
export type SampleCounts = {
  readonly scheduled: number;
  readonly completed: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly notSent: number;
  readonly inFlight: number;
};

/** What one version answered, as a recorder keeps it. */
export type ArmSample = {
  readonly counts: SampleCounts;
  /** Of all requests that were sent, however they ended. */
  readonly responseTimes: DurationHistogram;
  readonly durationMs: number;
};

/** The same as a plain value that a state can keep. */
export type Sample = {
  readonly counts: SampleCounts;
  readonly responseTimes: DurationBins;
  readonly durationMs: number;
};

export const emptySample: Sample = {
  counts: { scheduled: 0, completed: 0, failed: 0, timedOut: 0, notSent: 0, inFlight: 0 },
  responseTimes: noDurations,
  durationMs: 0,
};

export function sampleOf({ counts, responseTimes, durationMs }: ArmSample): Sample {
  return { counts, responseTimes: responseTimes.bins(), durationMs };
}

/** Two pieces of time, one after the other. */
export function addSamples(left: Sample, right: Sample): Sample {
  const sum = (key: keyof SampleCounts) => left.counts[key] + right.counts[key];
  return {
    counts: {
      scheduled: sum("scheduled"),
      completed: sum("completed"),
      failed: sum("failed"),
      timedOut: sum("timedOut"),
      notSent: sum("notSent"),
      inFlight: sum("inFlight"),
    },
    responseTimes: mergeBins(left.responseTimes, right.responseTimes),
    durationMs: left.durationMs + right.durationMs,
  };
}

/** Requests whose end is known; those still under way say nothing yet. */
export function endedCount({ scheduled, inFlight }: SampleCounts): number {
  return scheduled - inFlight;
}

/** Requests that were not answered well, of those that ended. */
export function failedCount({ failed, timedOut, notSent }: SampleCounts): number {
  return failed + timedOut + notSent;
}
