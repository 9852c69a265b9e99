import { invariant } from "../base/invariant.ts";
import type { Interval } from "./binomial.ts";

/** An estimate of a mean with its confidence interval; `halfWidth` is half the interval. */
export type MeanEstimate = Interval & {
  readonly mean: number;
  readonly halfWidth: number;
  readonly count: number;
};

/**
 * Student's confidence interval of the mean of independent values, such as one figure of each replication.
 *
 * @param confidence - 0.95 for a 95 % interval
 * @returns undefined with fewer than two values: they carry no measure of their spread
 */
export function meanEstimate(values: readonly number[], confidence = 0.95): MeanEstimate | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  const halfWidth = studentQuantile(0.5 + confidence / 2, count - 1) * standardError;
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth, count };
}

/**
 * Student's t quantile, by bisection of its distribution function.
 *
 * @param probability - in [0.5, 1)
 * @param freedom - degrees of freedom, whole, ≥ 1
 */
export function studentQuantile(probability: number, freedom: number): number {
  invariant(probability >= 0.5 && probability < 1, "the upper half of the law is asked for");
  invariant(Number.isInteger(freedom) && freedom >= 1, "degrees of freedom are whole and positive");
  let low = 0;
  let high = 1;
  while (studentCdf(high, freedom) < probability) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-13 * high; step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T ≤ t) for t ≥ 0 and whole degrees of freedom.
 *
 * Source: the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let step = isOdd ? 3 : 2; step <= freedom - 2; step += 2) {
    term *= (cosine * cosine * (step - 1)) / step;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}
