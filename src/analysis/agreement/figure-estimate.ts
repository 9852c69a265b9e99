import type { Version } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import type { SimulatedMetric } from "../../result/simulation-schema.ts";
import type { DurationBins } from "../../stats/bins.ts";
import {
  type Estimate,
  estimateMean,
  estimateQuantile,
  estimateRatePerSecond,
  estimateShare,
} from "../../stats/estimate.ts";
import { DurationHistogram } from "../../stats/histogram.ts";
import { twoSidedZ } from "../../stats/normal.ts";
import { meanEstimate } from "../../stats/student.ts";

/** What any two results can be compared by. Times in ms, CPU in cores. */
export const comparedFigures = [
  "throughputPerSecond",
  "failedShare",
  "responseTimeMeanMs",
  "responseTimeP50Ms",
  "responseTimeP90Ms",
  "responseTimeP99Ms",
  "cpuCores",
] as const;
export type ComparedFigure = (typeof comparedFigures)[number];

/** All intervals are of 95 %. */
const z = twoSidedZ(0.95);

/** A figure of a version, with the 95 % interval that chance leaves open where the result can tell it. */
export type FigureEstimate = { readonly value: number; readonly interval: Estimate | undefined };

/** @returns undefined where the result doesn't have the figure */
export function figureEstimate(
  result: RunResult,
  version: Version,
  figure: ComparedFigure,
): FigureEstimate | undefined {
  const arm = result.totals.versions[version];
  if (arm.scheduled === 0) return undefined;
  const value = figureValue(result, version, figure);
  if (value === undefined) return undefined;
  const interval =
    result.method === "simulated"
      ? simulatedInterval(result, version, figure)
      : measuredInterval(result, version, figure);
  return { value, interval: interval && { ...interval, value } };
}

function figureValue(result: RunResult, version: Version, figure: ComparedFigure): number | undefined {
  const arm = result.totals.versions[version];
  const { mean, p50, p90, p99 } = arm.responseTimeMs;
  switch (figure) {
    case "throughputPerSecond":
      return arm.throughputPerSecond;
    case "failedShare":
      return 1 - arm.completed / arm.scheduled;
    case "responseTimeMeanMs":
      return mean;
    case "responseTimeP50Ms":
      return p50 ?? undefined;
    case "responseTimeP90Ms":
      return p90 ?? undefined;
    case "responseTimeP99Ms":
      return p99 ?? undefined;
    case "cpuCores": {
      const seconds = coreSeconds(result, version);
      if (seconds.length > 0) return seconds.reduce((sum, cores) => sum + cores, 0) / seconds.length;
      const means = result.resources.filter(({ role }) => role === version);
      const known = means.flatMap(({ summary }) => summary.cpuShareMean ?? []);
      return known.length === 0 ? undefined : known.reduce((sum, share) => sum + share, 0);
    }
  }
}

/** Requests taken as independent of one another, which those behind one queue are not quite. */
function measuredInterval(result: RunResult, version: Version, figure: ComparedFigure): Estimate | undefined {
  const arm = result.totals.versions[version];
  const { completed, scheduled, notSent } = arm;
  switch (figure) {
    case "throughputPerSecond":
      return estimateRatePerSecond(completed, result.totals.durationMs, z);
    case "failedShare":
      return estimateShare(scheduled - completed, scheduled, z);
    case "responseTimeMeanMs":
      return estimateMean(responseTimes(result, version), z);
    case "responseTimeP50Ms":
      return estimateQuantile(responseTimes(result, version), 0.5, { z, neverAnswered: notSent });
    case "responseTimeP90Ms":
      return estimateQuantile(responseTimes(result, version), 0.9, { z, neverAnswered: notSent });
    case "responseTimeP99Ms":
      return estimateQuantile(responseTimes(result, version), 0.99, { z, neverAnswered: notSent });
    case "cpuCores": {
      const estimate = meanEstimate(coreSeconds(result, version));
      return estimate && { value: estimate.mean, low: Math.max(0, estimate.low), high: estimate.high };
    }
  }
}

const simulatedNames: { readonly [figure in ComparedFigure]?: SimulatedMetric } = {
  throughputPerSecond: "throughputPerSecond",
  failedShare: "errorRate",
  responseTimeMeanMs: "responseTime.mean",
  responseTimeP50Ms: "responseTime.p50",
  responseTimeP90Ms: "responseTime.p90",
  responseTimeP99Ms: "responseTime.p99",
};

function simulatedInterval(
  { simulation }: RunResult,
  version: Version,
  figure: ComparedFigure,
): Estimate | undefined {
  const name = simulatedNames[figure];
  const found = simulation?.estimates.find((one) => one.version === version && one.metric === name);
  return found && { value: found.mean, low: Math.max(0, found.low), high: found.high };
}

function responseTimes(result: RunResult, version: Version): DurationBins {
  return DurationHistogram.sumOf(Object.values(result.totals.versions[version].histograms)).bins();
}

/** CPU of all processes of the version, second by second of the measured part. */
function coreSeconds({ resources, totals }: RunResult, version: Version): readonly number[] {
  const processes = resources.filter(({ role }) => role === version);
  const bySecond = new Map<number, { cores: number; processes: number }>();
  for (const { samples } of processes) {
    for (const { atMs, cpuShare } of samples) {
      if (cpuShare === undefined || atMs <= 500 || atMs > totals.durationMs) continue;
      const second = Math.round(atMs / 1000);
      const known = bySecond.get(second) ?? { cores: 0, processes: 0 };
      bySecond.set(second, { cores: known.cores + cpuShare, processes: known.processes + 1 });
    }
  }
  return [...bySecond.values()]
    .filter(({ processes: count }) => count === processes.length)
    .map(({ cores }) => cores);
}
