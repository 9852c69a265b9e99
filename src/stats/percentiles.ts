import type { DurationHistogram } from "./histogram.ts";

/**
 * The percentiles of a report. A number is in ms; `null` says "not met": so many requests never got an answer
 * that the percentile is infinite. A percentile that too few samples support is absent.
 */
export type Percentiles = {
  readonly mean?: number;
  readonly p50?: number | null;
  readonly p90?: number | null;
  readonly p95?: number | null;
  readonly p99?: number | null;
  readonly p999?: number | null;
  readonly max?: number;
};

export type PercentileName = "p50" | "p90" | "p95" | "p99" | "p999";

export const percentileQuantiles: Readonly<Record<PercentileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

const percentileNames = Object.keys(percentileQuantiles) as readonly PercentileName[];

/**
 * The least number of samples from which a percentile is shown: with it, the longest of them exceeds the true
 * percentile at 95 % confidence, whatever the distribution. p99 needs 299, p99.9 2,995.
 *
 * Source: distribution-free tolerance limits, n ≥ ln 0.05 / ln q (Wilks, 1941).
 */
export function samplesNeeded(quantile: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(quantile));
}

/**
 * Summarises a histogram of durations.
 *
 * @param neverAnswered - requests that count as infinitely slow, beside those in the histogram
 */
export function summarise(durations: DurationHistogram, neverAnswered = 0): Percentiles {
  const total = durations.count + neverAnswered;
  if (total === 0) return {};
  const summary: { -readonly [name in keyof Percentiles]: Percentiles[name] } = {};
  for (const name of percentileNames) {
    const quantile = percentileQuantiles[name];
    if (total >= samplesNeeded(quantile)) summary[name] = quantileOverAll(durations, total, quantile);
  }
  if (durations.count > 0) {
    summary.mean = durations.meanMs;
    summary.max = durations.maxMs;
  }
  return summary;
}

function quantileOverAll(durations: DurationHistogram, total: number, quantile: number): number | null {
  const rank = Math.max(1, Math.ceil(quantile * total - 1e-9));
  return rank > durations.count ? null : durations.quantileMs(Math.min(1, rank / durations.count));
}
