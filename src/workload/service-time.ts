import { assertNever, invariant } from "../base/invariant.ts";
import type { Uniform } from "../base/random.ts";
import type { ServiceTimePlan } from "../scenario/service-plan.ts";
import { normalQuantile } from "../stats/normal-quantile.ts";
import { gammaQuantile } from "./gamma-quantile.ts";
import { gammaTimes } from "./gamma-times.ts";
import { phasesMean, phasesQuantile, phasesScv, phasesTimeExceededBy } from "./hyperexponential.ts";

/** Draws service times, in ms, one for each call. */
export type ServiceTimeSampler = () => number;

type Empirical = Extract<ServiceTimePlan, { law: "empirical" }>;
type Point = Empirical["points"][number];

/** The largest number below 1 that a stream gives: a quantile of exactly 1 would be infinite. */
const almostOne = 1 - 2 ** -53;

/** As likely as the number itself, in (0, 1] too, and the lower the higher that is. */
function opposite(uniform: number): number {
  return 1 - uniform + 2 ** -53;
}

/**
 * The law as a stream of service times.
 *
 * Each time is made of one number, and never falls as that rises: two laws that are given the same numbers agree on
 * which requests are heavy, so that what they do differs no more than the laws (common random numbers).
 *
 * @param uniform - numbers in (0, 1], one seeded stream
 *
 * Source: inverse transform; for its use in comparisons P. Bratley, B. Fox and L. Schrage, "A Guide to Simulation"
 * (1987), section 2.1.
 */
export function serviceTimeSampler(plan: ServiceTimePlan, uniform: Uniform): ServiceTimeSampler {
  switch (plan.law) {
    case "constant":
      return () => plan.ms;
    case "exponential":
      return () => -Math.log(opposite(uniform())) * plan.meanMs;
    case "lognormal": {
      const { mu, sigma } = lognormalOf(plan);
      return () => Math.exp(mu + sigma * normalQuantile(Math.min(uniform(), almostOne)));
    }
    case "gamma": {
      const timeAt = gammaTimes(plan.shape);
      const scale = plan.meanMs / plan.shape;
      return () => timeAt(normalQuantile(Math.min(uniform(), almostOne))) * scale;
    }
    case "hyperexponential":
      return () => phasesTimeExceededBy(plan.phases, opposite(uniform()));
    case "empirical": {
      const points = wholePoints(plan);
      return () => interpolate(points, uniform());
    }
    default:
      return assertNever(plan);
  }
}

/** The mean, in ms. */
export function serviceTimeMean(plan: ServiceTimePlan): number {
  switch (plan.law) {
    case "constant":
      return plan.ms;
    case "exponential":
    case "lognormal":
    case "gamma":
      return plan.meanMs;
    case "hyperexponential":
      return phasesMean(plan.phases);
    case "empirical":
      return sumOverPieces(plan, (left, right) => (left + right) / 2);
    default:
      return assertNever(plan);
  }
}

/** The squared coefficient of variation, variance / mean²: 0 is constant, 1 exponential. */
export function serviceTimeScv(plan: ServiceTimePlan): number {
  switch (plan.law) {
    case "constant":
      return 0;
    case "exponential":
      return 1;
    case "lognormal":
      return Math.expm1(lognormalOf(plan).sigma ** 2);
    case "gamma":
      return 1 / plan.shape;
    case "hyperexponential":
      return phasesScv(plan.phases);
    case "empirical": {
      const mean = serviceTimeMean(plan);
      if (mean === 0) return 0;
      const square = sumOverPieces(plan, (left, right) => (left * left + left * right + right * right) / 3);
      return Math.max(0, square / mean ** 2 - 1);
    }
    default:
      return assertNever(plan);
  }
}

/**
 * The time that a share `quantile` of requests stays within, in ms.
 *
 * @param quantile - in [0, 1]; 1 is infinite for laws without an upper end
 */
export function serviceTimeQuantile(plan: ServiceTimePlan, quantile: number): number {
  invariant(quantile >= 0 && quantile <= 1, "a quantile lies in [0, 1]");
  switch (plan.law) {
    case "constant":
      return plan.ms;
    case "exponential":
      return -Math.log1p(-quantile) * plan.meanMs;
    case "lognormal": {
      const { mu, sigma } = lognormalOf(plan);
      if (sigma === 0) return plan.meanMs;
      if (quantile === 0) return 0;
      return quantile === 1 ? Number.POSITIVE_INFINITY : Math.exp(mu + sigma * normalQuantile(quantile));
    }
    case "gamma":
      if (quantile === 1) return Number.POSITIVE_INFINITY;
      return gammaQuantile(quantile, plan.shape) * (plan.meanMs / plan.shape);
    case "hyperexponential":
      return quantile === 1 ? Number.POSITIVE_INFINITY : phasesQuantile(plan.phases, quantile);
    case "empirical":
      return interpolate(wholePoints(plan), quantile);
    default:
      return assertNever(plan);
  }
}

/**
 * μ and σ of the lognormal law (of ln ms) with this mean and this 99th percentile.
 *
 * With z = Φ⁻¹(0.99), ln(p99 / mean) = zσ − σ²/2 has two roots; the smaller σ is the law that people mean.
 *
 * @returns undefined where there is no such law: p99 below the mean, or above exp(z²/2) ≈ 14.97 times the mean
 */
export function lognormalParameters(
  meanMs: number,
  p99Ms: number,
): { readonly mu: number; readonly sigma: number } | undefined {
  const z = normalQuantile(0.99);
  const logRatio = Math.log(p99Ms / meanMs);
  const discriminant = z * z - 2 * logRatio;
  if (!(logRatio >= 0 && discriminant >= 0)) return undefined;
  const sigma = z - Math.sqrt(discriminant);
  return { mu: Math.log(meanMs) - (sigma * sigma) / 2, sigma };
}

function lognormalOf(plan: { readonly meanMs: number; readonly p99Ms: number }) {
  const parameters = lognormalParameters(plan.meanMs, plan.p99Ms);
  invariant(parameters !== undefined, "a plan holds a lognormal law that exists");
  return parameters;
}

/** The points with both ends, 0 and 1: beyond the first and the last one, the law stays at their values. */
function wholePoints({ points }: Empirical): readonly Point[] {
  const first = points[0];
  const last = points.at(-1);
  invariant(first !== undefined && last !== undefined, "an empirical law has points");
  const head = first.quantile > 0 ? [{ quantile: 0, ms: first.ms }] : [];
  const tail = last.quantile < 1 ? [{ quantile: 1, ms: last.ms }] : [];
  return [...head, ...points, ...tail];
}

/** The straight line between the two points around `quantile`. */
function interpolate(points: readonly Point[], quantile: number): number {
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.quantile ?? 1) < quantile) low = middle;
    else high = middle;
  }
  const left = points[low];
  const right = points[high];
  invariant(left !== undefined && right !== undefined, "a quantile lies between two points");
  if (right.quantile === left.quantile) return right.ms;
  return left.ms + ((right.ms - left.ms) * (quantile - left.quantile)) / (right.quantile - left.quantile);
}

/** The integral over quantiles of a function of each piece's two ends. */
function sumOverPieces(plan: Empirical, ofPiece: (leftMs: number, rightMs: number) => number): number {
  let sum = 0;
  let left: Point | undefined;
  for (const right of wholePoints(plan)) {
    if (left !== undefined) sum += (right.quantile - left.quantile) * ofPiece(left.ms, right.ms);
    left = right;
  }
  return sum;
}
