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
  const arms = windows.flatMap(({ cells }) => cells.flatMap((cell) => cell.arms[version] ?? []));
  const responseTimes = DurationHistogram.sumOf(arms.flatMap(({ histograms }) => Object.values(histograms)));
  const counts = arms.reduce((sum, arm) => addCounts(sum, arm.counts), zeroCounts);
  return { counts, responseTimes: responseTimes.bins(), durationMs };
}
