import { invariant } from "../base/invariant.ts";

/**
 * Durations with how often each occurred: a histogram as a plain value that never changes, small where few
 * different durations occurred, for statistics and for states that are kept.
 */
export type DurationBins = {
  /** Ascending, each once. */
  readonly ms: readonly number[];
  /** As many as `ms`, each at least 1. */
  readonly counts: readonly number[];
  /** The sum of the counts. */
  readonly total: number;
};

export const noDurations: DurationBins = { ms: [], counts: [], total: 0 };

/** All durations of both. */
export function mergeBins(left: DurationBins, right: DurationBins): DurationBins {
  if (left.total === 0) return right;
  if (right.total === 0) return left;
  const ms: number[] = [];
  const counts: number[] = [];
  let atLeft = 0;
  let atRight = 0;
  while (atLeft < left.ms.length || atRight < right.ms.length) {
    const nextLeft = left.ms[atLeft] ?? Number.POSITIVE_INFINITY;
    const nextRight = right.ms[atRight] ?? Number.POSITIVE_INFINITY;
    const next = Math.min(nextLeft, nextRight);
    let count = 0;
    if (nextLeft === next) count += left.counts[atLeft++] ?? 0;
    if (nextRight === next) count += right.counts[atRight++] ?? 0;
    ms.push(next);
    counts.push(count);
  }
  return { ms, counts, total: left.total + right.total };
}

/**
 * The duration with this rank.
 *
 * @param rank - 1 is the shortest; beyond the longest, and so many requests were never answered, it is infinite
 */
export function durationAtRank({ ms, counts, total }: DurationBins, rank: number): number {
  invariant(rank >= 1, "ranks start at 1");
  if (rank > total) return Number.POSITIVE_INFINITY;
  let passed = 0;
  for (const [index, count] of counts.entries()) {
    passed += count;
    if (passed >= rank) return ms[index] ?? 0;
  }
  return Number.POSITIVE_INFINITY;
}

/** Mean and unbiased variance (0 from a single duration); of no durations, both are 0. */
export function momentsOf({ ms, counts, total }: DurationBins): {
  readonly mean: number;
  readonly variance: number;
} {
  if (total === 0) return { mean: 0, variance: 0 };
  const sumOf = (value: (ms: number) => number) =>
    counts.reduce((sum, count, index) => sum + count * value(ms[index] ?? 0), 0);
  const mean = sumOf((duration) => duration) / total;
  const squares = sumOf((duration) => (duration - mean) ** 2);
  return { mean, variance: total === 1 ? 0 : squares / (total - 1) };
}
