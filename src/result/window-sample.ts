import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { DurationBins } from "../stats/bins.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { addCounts, type OutcomeCounts, type WindowDelta, zeroCounts } from "./window.ts";

/** What one version answered in some windows, as a rollout judges it. */
export type WindowSample = {
  readonly counts: OutcomeCounts;
  readonly responseTimes: DurationBins;
  readonly durationMs: number;
};

/** What ended in these windows, whenever it was scheduled. */
export function windowSamples(windows: readonly WindowDelta[], durationMs: number): PerVersion<WindowSample> {
  return perVersion((version) => windowSample(windows, version, durationMs));
}

function windowSample(windows: readonly WindowDelta[], version: Version, durationMs: number): WindowSample {
  const responseTimes = new DurationHistogram();
  let counts = zeroCounts;
  for (const { cells } of windows) {
    for (const { arms } of cells) {
      const arm = arms[version];
      if (arm === undefined) continue;
      counts = addCounts(counts, arm.counts);
      for (const encoded of Object.values(arm.histograms))
        responseTimes.add(DurationHistogram.decode(encoded));
    }
  }
  return { counts, responseTimes: responseTimes.bins(), durationMs };
}
