import { invariant } from "../base/invariant.ts";

/** Precision asked of the series, the fraction and the inversion, relative. */
const epsilon = 1e-14;
const maxTerms = 100_000;
const maxHalvings = 2_000;

/**
 * The quantile function of the gamma law with scale 1.
 *
 * @param probability - p in [0, 1)
 * @param shape - k > 0
 * @returns x ≥ 0 with P(k, x) = p, by bracketing and halving: slow, and safe for every shape
 */
export function gammaQuantile(probability: number, shape: number): number {
  invariant(probability >= 0 && probability < 1, "a probability lies in [0, 1)");
  if (probability === 0) return 0;
  let low = 0;
  let high = Math.max(shape, 1);
  while (gammaProbability(high, shape) < probability) {
    low = high;
    high *= 2;
  }
  for (let count = 0; count < maxHalvings && high - low > epsilon * high; count++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (gammaProbability(middle, shape) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The regularised lower incomplete gamma function P(k, x): the share of a gamma law of scale 1 up to x.
 *
 * Source: NIST Digital Library of Mathematical Functions, 8.11.4 (series, where x < k + 1) and 8.9.2 (continued
 * fraction, else), the latter by Lentz's method.
 */
export function gammaProbability(x: number, shape: number): number {
  invariant(shape > 0 && x >= 0, "shape > 0 and x >= 0");
  return x === 0 ? 0 : gammaTails(Math.log(x), shape).below;
}

/** The shares of a gamma law of scale 1 on both sides of x, the smaller one to all its digits. */
export function gammaTails(logX: number, shape: number): { readonly below: number; readonly above: number } {
  const front = gammaFront(logX, shape);
  const x = Math.exp(logX);
  if (x < shape + 1) {
    const below = front * lowerSeries(x, shape);
    return { below, above: 1 - below };
  }
  const above = front * upperFraction(x, shape);
  return { below: 1 - above, above };
}

/** x times the density of a gamma law of scale 1. */
export function gammaFront(logX: number, shape: number): number {
  return Math.exp(shape * logX - Math.exp(logX) - logGamma(shape));
}

function lowerSeries(x: number, shape: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let count = 1; count < maxTerms && term > sum * epsilon; count++) {
    term *= x / (shape + count);
    sum += term;
  }
  return sum;
}

function upperFraction(x: number, shape: number): number {
  const tiny = 1e-300;
  let below = x + 1 - shape;
  let forward = 1 / tiny;
  let backward = 1 / below;
  let product = backward;
  for (let count = 1; count < maxTerms; count++) {
    const numerator = -count * (count - shape);
    below += 2;
    backward = 1 / nonZero(numerator * backward + below, tiny);
    forward = nonZero(below + numerator / forward, tiny);
    const change = backward * forward;
    product *= change;
    if (Math.abs(change - 1) < epsilon) break;
  }
  return product;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/**
 * ln Γ(x) for x > 0: Stirling's series, after moving x above 10 where its terms fall below 1e-17.
 *
 * Source: NIST Digital Library of Mathematical Functions, 5.11.1 and 5.5.1.
 */
export function logGamma(x: number): number {
  invariant(x > 0, "ln Γ is asked of positive numbers only");
  let shifted = x;
  let product = 1;
  while (shifted < 10) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  let series = 0;
  for (const coefficient of stirling) series = series * square + coefficient;
  const halfLogTwoPi = 9.189385332046728e-1;
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + series * inverse - Math.log(product);
}

/** B(2n) / (2n (2n − 1)) for n = 8 down to 1. */
const stirling = [-3617 / 122_400, 1 / 156, -691 / 360_360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
