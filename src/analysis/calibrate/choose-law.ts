import { invariant } from "../../base/invariant.ts";
import type { Uniform } from "../../base/random.ts";
import type { FittedLaw } from "../../result/profile-schema.ts";
import type { DurationBins } from "../../stats/bins.ts";
import { estimateMean, estimateQuantile } from "../../stats/estimate.ts";
import { serviceTimeMean, serviceTimeQuantile } from "../../workload/service-time.ts";
import { fitLaw, type LawFamily, lawFamilies } from "./fit-laws.ts";
import { cdfOf } from "./fitted-law.ts";
import { divideBins } from "./resample.ts";

export type ChosenLaw = {
  readonly family: LawFamily;
  /** Fitted to all the durations. */
  readonly law: FittedLaw;
  readonly tried: readonly TriedLaw[];
};

/** A family's mean log score on durations that it wasn't fitted to, and whether its mean and p99 are the data's. */
export type TriedLaw = { readonly law: LawFamily; readonly score: number; readonly isPlausible: boolean };

const fittedShare = 2 / 3;
/** z of the intervals that a plausible law's mean and p99 must meet: 99.7 %. */
const plausibleZ = 3;
/** Besides chance, a histogram rounds to three digits. */
const meanSlack = 0.01;
/** A simpler law is kept unless another is better by so many standard errors. */
const betterBy = 2;
const smallestProbability = 1e-9;

/**
 * The law that best foretells durations it hasn't seen, and of equally good ones the simplest.
 *
 * @param durations - at least 100
 * @param uniform - which durations are held back
 *
 * Source: the logarithmic score on held-back, interval-censored data (Gneiting and Raftery, "Strictly proper scoring
 * rules, prediction, and estimation", 2007), differences judged pairwise.
 */
export function chooseLaw(durations: DurationBins, uniform: Uniform): ChosenLaw {
  const [seen, heldBack] = divideBins(durations, fittedShare, uniform);
  const cells = coarseCells(heldBack);
  const candidates = lawFamilies.flatMap((family) => {
    const partial = fitLaw(family, seen);
    const law = fitLaw(family, durations);
    if (partial === undefined || law === undefined) return [];
    const scores = logScores(partial, cells);
    return [
      { family, law, scores, score: meanScore(scores, cells), isPlausible: isPlausible(law, durations) },
    ];
  });
  const plausible = candidates.filter((candidate) => candidate.isPlausible);
  const open = plausible.length > 0 ? plausible : candidates.slice(-1);
  const best = open.reduce((left, right) => (right.score > left.score ? right : left));
  const chosen = open.find(({ scores }) => !isBetter(best.scores, scores, cells)) ?? best;
  const tried = candidates.map(({ family, score, isPlausible }) => ({ law: family, score, isPlausible }));
  return { family: chosen.family, law: chosen.law, tried };
}

function isPlausible(law: FittedLaw, durations: DurationBins): boolean {
  const mean = estimateMean(durations, plausibleZ);
  const p99 = estimateQuantile(durations, 0.99, { z: plausibleZ });
  const lawMean = serviceTimeMean(law);
  const lawP99 = serviceTimeQuantile(law, 0.99);
  return (
    lawMean >= mean.low * (1 - meanSlack) &&
    lawMean <= mean.high * (1 + meanSlack) &&
    lawP99 >= p99.low * (1 - meanSlack) &&
    lawP99 <= p99.high * (1 + meanSlack)
  );
}

/** Durations counted between edges, the last cell open. */
type Cell = { readonly fromMs: number; readonly toMs: number; readonly count: number };

const mostCells = 60;

/** Cells that hold about the same number of durations each, finer ones for the tail. */
function coarseCells({ ms, counts, total }: DurationBins): readonly Cell[] {
  const cells: Cell[] = [];
  let fromMs = 0;
  let count = 0;
  let passed = 0;
  for (const [index, at] of ms.entries()) {
    count += counts[index] ?? 0;
    passed += counts[index] ?? 0;
    const following = ms[index + 1];
    const isTail = passed > 0.95 * total;
    const enough = isTail ? Math.max(5, total / 1000) : total / mostCells;
    if (following === undefined || count < enough) continue;
    const toMs = (at + following) / 2;
    cells.push({ fromMs, toMs, count });
    fromMs = toMs;
    count = 0;
  }
  return [...cells, { fromMs, toMs: Number.POSITIVE_INFINITY, count }];
}

function logScores(law: FittedLaw, cells: readonly Cell[]): readonly number[] {
  const cdf = cdfOf(law);
  return cells.map(({ fromMs, toMs }) => {
    const above = toMs === Number.POSITIVE_INFINITY ? 1 : cdf(toMs);
    return Math.log(Math.max(smallestProbability, above - (fromMs === 0 ? 0 : cdf(fromMs))));
  });
}

function meanScore(scores: readonly number[], cells: readonly Cell[]): number {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  invariant(total > 0, "some durations are held back");
  return cells.reduce((sum, { count }, index) => sum + count * (scores[index] ?? 0), 0) / total;
}

function isBetter(better: readonly number[], than: readonly number[], cells: readonly Cell[]): boolean {
  const gains = better.map((score, index) => score - (than[index] ?? 0));
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const mean = meanScore(gains, cells);
  const variance = meanScore(
    gains.map((gain) => (gain - mean) ** 2),
    cells,
  );
  return mean > betterBy * Math.sqrt(variance / total);
}
