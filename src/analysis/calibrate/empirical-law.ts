import type { FittedLaw } from "../../result/profile-schema.ts";
import type { DurationBins } from "../../stats/bins.ts";

/** Where the tail begins. */
const tailFrom = 0.95;
/** Heavier tails have means that a few thousand requests can't tell. */
const heaviestShape = 0.4;
const lightestShape = -0.5;
const bodySteps = 76;
const tailQuantiles = [0.97, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 1];

/**
 * The durations themselves up to the 95th percentile, and a generalised Pareto law of what exceeds it: with few
 * requests, the longest ones seen say little about the longest ones to come.
 *
 * Source: J. Pickands (1975) for the tail's law; its parameters by moments (J. Hosking and J. Wallis, "Parameter and
 * quantile estimation for the generalized Pareto distribution", Technometrics 29, 1987).
 */
export function empiricalLaw(durations: DurationBins): FittedLaw | undefined {
  if (durations.total < 2) return undefined;
  const body = Array.from({ length: bodySteps + 1 }, (_, step) => {
    const quantile = (tailFrom * step) / bodySteps;
    return { quantile, ms: sampleQuantileMs(durations, quantile) };
  });
  const thresholdMs = body.at(-1)?.ms ?? 0;
  const tail = paretoTail(durations, thresholdMs);
  const beyond = tailQuantiles.map((quantile) => {
    const left = Math.max((1 - quantile) / (1 - tailFrom), 1 / (durations.total * 10));
    return { quantile, ms: thresholdMs + tail(left) };
  });
  const points = [...body, ...beyond];
  return (points.at(-1)?.ms ?? 0) > 0 ? { law: "empirical", points } : undefined;
}

/** The excess that a share `left` of the tail exceeds. */
function paretoTail({ ms, counts }: DurationBins, thresholdMs: number): (left: number) => number {
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (const [index, at] of ms.entries()) {
    const excess = at - thresholdMs;
    if (excess <= 0) continue;
    const count = counts[index] ?? 0;
    total += count;
    sum += count * excess;
    squares += count * excess * excess;
  }
  if (total === 0) return () => 0;
  const mean = sum / total;
  const variance = squares / total - mean * mean;
  const ratio = variance > 0 ? (mean * mean) / variance : Number.POSITIVE_INFINITY;
  const shape = Math.min(heaviestShape, Math.max(lightestShape, (1 - ratio) / 2));
  const scale = mean * (1 - shape);
  return (left) =>
    Math.abs(shape) < 1e-6 ? -scale * Math.log(left) : (scale * (left ** -shape - 1)) / shape;
}

/** Straight lines between the ranks of the bins' ends. */
function sampleQuantileMs({ ms, counts, total }: DurationBins, quantile: number): number {
  const rank = quantile * total;
  let passed = 0;
  for (const [index, count] of counts.entries()) {
    passed += count;
    if (passed >= rank && passed > 0) return ms[index] ?? 0;
  }
  return ms.at(-1) ?? 0;
}
