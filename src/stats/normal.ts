import { invariant } from "../base/invariant.ts";
import { normalQuantile } from "./normal-quantile.ts";

/**
 * Φ(z), the share of a standard normal law that lies below z; absolute error below 1e-14.
 *
 * Source: the series of Marsaglia, "Evaluating the normal distribution", J. Stat. Software 11 (2004) near the
 * middle; Lentz's continued fraction of the Mills ratio (Abramowitz and Stegun 26.2.14) in the tails.
 */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z);
  if (z < -38) return 0;
  return z < -4 ? normalDensity(z) * millsFraction(-z) : 0.5 + normalDensity(z) * oddSeries(z);
}

export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** z of a two-sided interval: 0.95 → 1.96. A confidence of 0 is the figure alone. */
export function twoSidedZ(confidence: number): number {
  invariant(confidence >= 0 && confidence < 1, "a confidence lies in [0, 1)");
  return confidence === 0 ? 0 : normalQuantile((1 + confidence) / 2);
}

/**
 * The two-sided quantile of Student's law, to 1 % from 3 degrees of freedom on.
 *
 * Source: the Cornish–Fisher expansion (Abramowitz and Stegun 26.7.5).
 */
export function studentT(confidence: number, degreesOfFreedom: number): number {
  const z = twoSidedZ(confidence);
  const square = z * z;
  const first = (square + 1) / 4;
  const second = ((5 * square + 16) * square + 3) / 96;
  const third = (((3 * square + 19) * square + 17) * square - 15) / 384;
  return z * (1 + (first + (second + third / degreesOfFreedom) / degreesOfFreedom) / degreesOfFreedom);
}

function oddSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let power = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && power < 200; power += 2) {
    term *= (z * z) / power;
    sum += term;
  }
  return sum;
}

function millsFraction(x: number): number {
  let below = x;
  for (let level = 60; level >= 1; level--) below = x + level / below;
  return 1 / below;
}
