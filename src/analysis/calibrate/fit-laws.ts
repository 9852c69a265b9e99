import type { FittedLaw } from "../../result/profile-schema.ts";
import { type DurationBins, momentsOf } from "../../stats/bins.ts";
import { normalQuantile } from "../../stats/normal-quantile.ts";
import { empiricalLaw } from "./empirical-law.ts";

/** The families that are tried, the simplest first. */
export const lawFamilies = ["lognormal", "gamma", "hyperexponential", "empirical"] as const;
export type LawFamily = (typeof lawFamilies)[number];

/** @returns undefined where the family has no member that fits these durations at all */
export function fitLaw(family: LawFamily, durations: DurationBins): FittedLaw | undefined {
  switch (family) {
    case "lognormal":
      return lognormalLaw(durations);
    case "gamma":
      return gammaLaw(durations);
    case "hyperexponential":
      return hyperexponentialLaw(durations);
    case "empirical":
      return empiricalLaw(durations);
  }
}

/** A histogram's shortest times are 0; half a microsecond stands for them where a logarithm is needed. */
const shortestMs = 0.0005;

/** Source: maximum likelihood, the moments of ln ms. */
function lognormalLaw(durations: DurationBins): FittedLaw | undefined {
  const logs = { ...durations, ms: durations.ms.map((ms) => Math.log(Math.max(ms, shortestMs))) };
  const { mean, variance } = momentsOf(logs);
  const sigma = Math.sqrt(variance);
  // Beyond z = 2.33 a smaller σ has the same mean and p99, so these two no longer name the law.
  if (sigma >= z99 || sigma === 0) return undefined;
  return {
    law: "lognormal",
    meanMs: Math.exp(mean + variance / 2),
    p99Ms: Math.exp(mean + z99 * sigma),
  };
}

const z99 = normalQuantile(0.99);

/**
 * Source: T. Minka, "Estimating a Gamma distribution" (2002): Newton's steps on the shape's likelihood, from
 * k ≈ (3 − s + √((s − 3)² + 24s)) / 12s with s = ln mean − mean of ln.
 */
function gammaLaw(durations: DurationBins): FittedLaw | undefined {
  const { mean: meanMs } = momentsOf(durations);
  const logs = { ...durations, ms: durations.ms.map((ms) => Math.log(Math.max(ms, shortestMs))) };
  const gap = Math.log(meanMs) - momentsOf(logs).mean;
  if (!(gap > 1e-9)) return undefined;
  let shape = (3 - gap + Math.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap);
  for (let step = 0; step < 20; step++) {
    const excess = Math.log(shape) - digamma(shape) - gap;
    const slope = 1 / shape - trigamma(shape);
    const next = 1 / (1 / shape + excess / (shape * shape * slope));
    if (!(next > 0) || Math.abs(next - shape) < 1e-10 * shape) break;
    shape = next;
  }
  return { law: "gamma", meanMs, shape };
}

/** Source: NIST Digital Library of Mathematical Functions, 5.5.2 and 5.11.2. */
function digamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < 8) sum -= 1 / shifted++;
  const square = 1 / (shifted * shifted);
  return sum + Math.log(shifted) - 0.5 / shifted - square * (1 / 12 - square * (1 / 120 - square / 252));
}

/** Source: the same, differentiated (5.15.8). */
function trigamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < 8) sum += 1 / (shifted++) ** 2;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  return sum + inverse + square / 2 + inverse * square * (1 / 6 - square * (1 / 30 - square / 42));
}

const emSteps = 300;

/**
 * Two kinds of requests, a quick and a slow one, each exponential; only where times vary more than one exponential.
 *
 * Source: expectation–maximisation (Asmussen, Nerman and Olsson, "Fitting phase-type distributions via the EM
 * algorithm", 1996), for two phases.
 */
function hyperexponentialLaw(durations: DurationBins): FittedLaw | undefined {
  const { mean, variance } = momentsOf(durations);
  if (!(mean > 0) || variance <= 1.05 * mean * mean) return undefined;
  let quick = { share: 0.5, meanMs: mean / 2 };
  let slow = { share: 0.5, meanMs: (3 * mean) / 2 };
  const { ms, counts, total } = durations;
  for (let step = 0; step < emSteps; step++) {
    let weight = 0;
    let quickMs = 0;
    let slowMs = 0;
    for (let index = 0; index < ms.length; index++) {
      const at = ms[index] ?? 0;
      const count = counts[index] ?? 0;
      const ofQuick = (quick.share / quick.meanMs) * Math.exp(-at / quick.meanMs);
      const ofSlow = (slow.share / slow.meanMs) * Math.exp(-at / slow.meanMs);
      const belongs = ofQuick / (ofQuick + ofSlow || Number.MIN_VALUE);
      weight += count * belongs;
      quickMs += count * belongs * at;
      slowMs += count * (1 - belongs) * at;
    }
    if (!(weight > 0 && weight < total && quickMs > 0 && slowMs > 0)) return undefined;
    const share = weight / total;
    const isSettled = Math.abs(share - quick.share) < 1e-7;
    quick = { share, meanMs: quickMs / weight };
    slow = { share: 1 - share, meanMs: slowMs / (total - weight) };
    if (isSettled && step > 20) break;
  }
  return { law: "hyperexponential", phases: [quick, slow] };
}
