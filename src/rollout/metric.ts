import { assertNever, invariant } from "../base/invariant.ts";
import type { SampleMetric } from "../scenario/rollout-schema.ts";
import {
  type Estimate,
  estimateMean,
  estimateQuantile,
  estimateRatePerSecond,
  estimateRatio,
  estimateShare,
} from "../stats/estimate.ts";
import { estimateShift } from "../stats/mann-whitney.ts";
import { type PercentileName, percentileQuantiles, samplesNeeded } from "../stats/percentiles.ts";
import { endedCount, failedCount, type Sample } from "./sample.ts";

/**
 * What a sample says about a metric, in the metric's unit (ms, share, per second).
 *
 * @param z - of the interval; 0 makes it the value alone
 */
export function estimateMetric(metric: SampleMetric, sample: Sample, z: number): Estimate {
  const { counts, responseTimes, durationMs } = sample;
  const neverAnswered = counts.notSent;
  switch (metric) {
    case "errorRate":
      return estimateShare(failedCount(counts), endedCount(counts), z);
    case "availability":
      return estimateShare(counts.completed, endedCount(counts), z);
    case "throughput":
      return estimateRatePerSecond(counts.completed, durationMs, z);
    case "responseTime.mean":
      return neverAnswered > 0 ? endless : estimateMean(responseTimes, z);
    case "responseTime.max":
      return neverAnswered > 0 ? endless : exactly(responseTimes.ms.at(-1) ?? 0);
    case "responseTime.p50":
    case "responseTime.p90":
    case "responseTime.p95":
    case "responseTime.p99":
    case "responseTime.p999":
      return estimateQuantile(responseTimes, quantileOf(metric), { z, neverAnswered });
    case "responseTime.shift":
      invariant(false, "a shift is only ever a ratio");
      break;
    default:
      return assertNever(metric);
  }
}

/** A sample and how sure its interval is to be. */
export type Side = { readonly sample: Sample; readonly z: number };

/** By how many times `of` exceeds `vs`. */
export function estimateMetricRatio(metric: SampleMetric, of: Side, vs: Side): Estimate {
  if (metric === "responseTime.shift") {
    const [over, under] = [of.sample.responseTimes, vs.sample.responseTimes];
    // Each side's part of the variance is widened by its own z.
    const z = Math.sqrt(
      (of.z ** 2 / over.total + vs.z ** 2 / under.total) / (1 / over.total + 1 / under.total),
    );
    return estimateShift(over, under, z);
  }
  return estimateRatio(estimateMetric(metric, of.sample, of.z), estimateMetric(metric, vs.sample, vs.z));
}

/** The least number of requests from which the metric is known at all. */
export function samplesNeededFor(metric: SampleMetric): number {
  const name = percentileNameOf(metric);
  return name === undefined ? 1 : samplesNeeded(percentileQuantiles[name]);
}

const endless: Estimate = {
  value: Number.POSITIVE_INFINITY,
  low: Number.POSITIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
};

function exactly(value: number): Estimate {
  return { value, low: value, high: value };
}

/** Of a percentile such as `responseTime.p99`, 0–1. */
export function quantileOf(metric: SampleMetric): number {
  const name = percentileNameOf(metric);
  invariant(name !== undefined, "a percentile has a quantile");
  return percentileQuantiles[name];
}

function percentileNameOf(metric: SampleMetric): PercentileName | undefined {
  const name = metric.slice("responseTime.".length);
  return name in percentileQuantiles ? (name as PercentileName) : undefined;
}
