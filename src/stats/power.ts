import { invariant } from "../base/invariant.ts";
import { normalCdf } from "./normal.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** How sure a test shall be. */
export type TestStrength = {
  /** Confidence of the two-sided interval, 0–1. */
  readonly confidence: number;
  /** Probability of seeing the effect where there is one, 0–1. */
  readonly power: number;
};

/** The usual choice: 5 % false alarms, 80 % of effects seen. */
export const usualStrength: TestStrength = { confidence: 0.95, power: 0.8 };

/**
 * Requests that each of two versions needs so that a change from one share to another is seen.
 *
 * @param shares - of errors, 0–1, different
 * @returns a whole number of requests for each version: 0.1 % → 0.2 % takes 23,508
 *
 * Source: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), ch. 4, unpooled variance.
 */
export function samplesToSeeShares(
  shares: { readonly from: number; readonly to: number },
  strength: TestStrength = usualStrength,
): number {
  const { from, to } = shares;
  invariant(from !== to, "the shares differ");
  const variance = from * (1 - from) + to * (1 - to);
  return Math.ceil((zSum(strength) ** 2 * variance) / (to - from) ** 2);
}

/**
 * The factor by which time, and so both samples, must grow until an effect is seen.
 *
 * @param standardError - of the estimate as it is now
 * @param effect - distance to be seen, in the same unit, above 0
 */
export function growthToSee(
  standardError: number,
  effect: number,
  strength: TestStrength = usualStrength,
): number {
  invariant(effect > 0, "an effect is above 0");
  return ((zSum(strength) * standardError) / effect) ** 2;
}

/** Probability that the interval excludes the limit when the truth lies `effect` beyond it. */
export function powerToSee(standardError: number, effect: number, confidence: number): number {
  if (standardError === 0) return 1;
  return normalCdf(effect / standardError - normalQuantile((1 + confidence) / 2));
}

/**
 * Standard error of the logarithm of a quantile, times √n, for a lognormal law: √(q(1−q)) σ / φ(z_q).
 *
 * @param logSpread - σ of the logarithm of response times
 *
 * Source: the asymptotic law of a sample quantile (van der Vaart, Asymptotic Statistics, ch. 21).
 */
export function logQuantileError(quantile: number, logSpread: number): number {
  const z = normalQuantile(quantile);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return (Math.sqrt(quantile * (1 - quantile)) * logSpread) / density;
}

/** The same for a Hodges–Lehmann shift between lognormal samples: √(π/3) σ, for √(1/n + 1/m). */
export function logShiftError(logSpread: number): number {
  return Math.sqrt(Math.PI / 3) * logSpread;
}

/** σ of the logarithm of a lognormal law with these percentiles. */
export function logSpreadOf({ p50, p99 }: { readonly p50: number; readonly p99: number }): number {
  invariant(p50 > 0 && p99 >= p50, "0 < p50 ≤ p99");
  return Math.log(p99 / p50) / normalQuantile(0.99);
}

function zSum({ confidence, power }: TestStrength): number {
  return normalQuantile((1 + confidence) / 2) + normalQuantile(power);
}
