import type { DurationBins } from "./bins.ts";
import type { Estimate } from "./estimate.ts";
import { normalCdf } from "./normal.ts";

export type RankTest = {
  /** P(over > under) + ½ P(equal) for one duration of each: 0.5 when neither tends to be longer. */
  readonly superiority: number;
  /** How many standard deviations U lies from what chance gives; positive when `over` is longer. */
  readonly z: number;
  /** Two-sided probability of a z at least as far from 0 when both come from one law. */
  readonly pValue: number;
};

/**
 * The Mann–Whitney test on binned durations: durations within a bin are ties, with the tie-corrected variance.
 *
 * @param scale - `over`'s durations are divided by it first; 1 compares them as they are
 * @returns superiority 0.5, z 0 and p 1 where either is empty or all durations are equal
 *
 * Source: Lehmann, Nonparametrics (1975), ch. 1.2 and appendix 4 (normal approximation, ties).
 */
export function mannWhitney(over: DurationBins, under: DurationBins, scale = 1): RankTest {
  const pairs = over.total * under.total;
  if (pairs === 0) return { superiority: 0.5, z: 0, pValue: 1 };
  const { wins, tieCubes } = countPairs(over, under, scale);
  const total = over.total + under.total;
  const variance = (pairs / 12) * (total + 1 - tieCubes / (total * (total - 1)));
  if (!(variance > 0)) return { superiority: 0.5, z: 0, pValue: 1 };
  const z = (wins - pairs / 2) / Math.sqrt(variance);
  return { superiority: wins / pairs, z, pValue: Math.min(1, 2 * normalCdf(-Math.abs(z))) };
}

/**
 * By how many times `over` is the longer: the Hodges–Lehmann estimate on the scale of logarithms (the median of
 * all ratios of one duration of each), with the interval of all factors that the rank test does not reject.
 *
 * @param z - of the interval; 1.96 gives 95 %
 * @returns an unbounded interval where one of them has no duration above 0
 *
 * Source: Hodges and Lehmann, "Estimates of location based on rank tests" (1963).
 */
export function estimateShift(over: DurationBins, under: DurationBins, z: number): Estimate {
  if (longest(over) === 0) return { value: 0, low: 0, high: Number.POSITIVE_INFINITY };
  if (longest(under) === 0) {
    return { value: Number.POSITIVE_INFINITY, low: 0, high: Number.POSITIVE_INFINITY };
  }
  const factorWhere = (target: number) => findFactor((scale) => mannWhitney(over, under, scale).z > target);
  const low = z === 0 ? undefined : factorWhere(z);
  const high = z === 0 ? undefined : factorWhere(-z);
  const value = factorWhere(0);
  return { value, low: low ?? value, high: high ?? value };
}

const largestFactor = 1e6;

/** The factor at which `isStillLonger` turns false: bisection on logarithms, to a tenth of a bin. */
function findFactor(isStillLonger: (scale: number) => boolean): number {
  let low = 0.5;
  let high = 2;
  while (low > 1 / largestFactor && !isStillLonger(low)) low /= 4;
  while (high < largestFactor && isStillLonger(high)) high *= 4;
  if (low <= 1 / largestFactor) return 0;
  if (high >= largestFactor) return Number.POSITIVE_INFINITY;
  while (high / low > 1.0001) {
    const middle = Math.sqrt(low * high);
    if (isStillLonger(middle)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/** U and Σ(t³ − t) over the groups of equal durations, in one pass over both. */
function countPairs(over: DurationBins, under: DurationBins, scale: number) {
  let wins = 0;
  let tieCubes = 0;
  let underBelow = 0;
  let atUnder = 0;
  const addTie = (size: number) => {
    tieCubes += size * size * size - size; // much faster than a power
  };
  for (let atOver = 0; atOver < over.ms.length; atOver++) {
    const ms = (over.ms[atOver] ?? 0) / scale;
    const count = over.counts[atOver] ?? 0;
    while (atUnder < under.ms.length && (under.ms[atUnder] ?? 0) < ms) {
      const passed = under.counts[atUnder++] ?? 0;
      addTie(passed);
      underBelow += passed;
    }
    const equal = under.ms[atUnder] === ms ? (under.counts[atUnder++] ?? 0) : 0;
    addTie(count + equal);
    wins += count * (underBelow + equal / 2);
    underBelow += equal;
  }
  for (; atUnder < under.ms.length; atUnder++) addTie(under.counts[atUnder] ?? 0);
  return { wins, tieCubes };
}

function longest(durations: DurationBins): number {
  return durations.ms.at(-1) ?? 0;
}
