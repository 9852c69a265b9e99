import { type Interval, wilsonInterval } from "./binomial.ts";
import { type DurationBins, durationAtRank, momentsOf } from "./bins.ts";

/** A value with the interval that chance leaves open. `Infinity` where too few samples bound it, or none did. */
export type Estimate = Interval & { readonly value: number };

/** The share of `hits` in `trials` with its Wilson interval. */
export function estimateShare(hits: number, trials: number, z: number): Estimate {
  return { value: trials === 0 ? Number.NaN : hits / trials, ...wilsonInterval(hits, trials, z) };
}

/**
 * A rate per second from a count.
 *
 * Source: the score interval of a Poisson mean (Rao), x + z²/2 ± z√(x + z²/4).
 */
export function estimateRatePerSecond(count: number, durationMs: number, z: number): Estimate {
  const perSecond = (events: number) => (events * 1000) / durationMs;
  const centre = count + (z * z) / 2;
  const half = z * Math.sqrt(count + (z * z) / 4);
  return {
    value: perSecond(count),
    low: perSecond(Math.max(0, centre - half)),
    high: perSecond(centre + half),
  };
}

/** The mean with its normal interval; unbounded from a single duration. */
export function estimateMean(durations: DurationBins, z: number): Estimate {
  const { mean, variance } = momentsOf(durations);
  const half =
    durations.total < 2 && z > 0 ? Number.POSITIVE_INFINITY : z * Math.sqrt(variance / durations.total);
  return { value: mean, low: Math.max(0, mean - half), high: mean + half };
}

/**
 * A quantile with its distribution-free interval between two order statistics.
 *
 * @param neverAnswered - requests that count as infinitely slow, beside those in `durations`
 *
 * Source: the ranks nq ± z√(nq(1−q)) (Hahn and Meeker, Statistical Intervals, ch. 5), rounded outwards.
 */
export function estimateQuantile(
  durations: DurationBins,
  quantile: number,
  { z, neverAnswered = 0 }: { readonly z: number; readonly neverAnswered?: number },
): Estimate {
  const total = durations.total + neverAnswered;
  const rank = Math.max(1, Math.ceil(quantile * total - 1e-9));
  const spread = z * Math.sqrt(total * quantile * (1 - quantile));
  return {
    value: durationAtRank(durations, rank),
    low: spread === 0 ? durationAtRank(durations, rank) : lowAtRank(durations, Math.floor(rank - spread)),
    high: durationAtRank(durations, Math.ceil(rank + spread)),
  };
}

function lowAtRank(durations: DurationBins, rank: number): number {
  return rank < 1 ? 0 : durationAtRank(durations, rank);
}

/**
 * The ratio of two independent estimates that can't be negative.
 *
 * Source: Zou and Donner, "Construction of confidence limits about effect measures" (2008): the distances from
 * each value to its own limits, on the scale of logarithms, are added in squares. Where a value is infinite or
 * divided by zero, the widest ratio of the limits is given instead; nothing against nothing is 0.
 */
export function estimateRatio(over: Estimate, under: Estimate): Estimate {
  if (over.value === 0) return { value: 0, low: 0, high: orInfinity(over.high / under.value) };
  const value = over.value / under.value;
  if (!Number.isFinite(over.value) || !Number.isFinite(under.value) || under.value === 0) {
    return { value, low: orZero(over.low / under.high), high: orInfinity(over.high / under.low) };
  }
  const down = Math.hypot(Math.log(over.value / over.low), Math.log(under.high / under.value));
  const up = Math.hypot(Math.log(over.high / over.value), Math.log(under.value / under.low));
  return { value, low: value * Math.exp(-down), high: value * Math.exp(up) };
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function orInfinity(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}
