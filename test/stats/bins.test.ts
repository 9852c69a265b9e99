import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationAtRank, mergeBins, momentsOf, noDurations } from "../../src/stats/bins.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
}

const durations = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { maxLength: 60 });

describe("bins", () => {
  test("hold every duration of their histogram, ascending", () => {
    expect(histogramOf([2, 1, 1, 0]).bins()).toEqual({ ms: [0, 1, 2], counts: [1, 2, 1], total: 4 });
  });

  test("give the same percentiles as their histogram", () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0.001, max: 1, noNaN: true }), (values, quantile) => {
        fc.pre(values.length > 0);
        const histogram = histogramOf(values);
        const rank = Math.max(1, Math.ceil(quantile * values.length - 1e-9));
        expect(durationAtRank(histogram.bins(), rank)).toBeCloseTo(
          histogram.quantileMs(rank / values.length),
          9,
        );
      }),
    );
  });

  test("merge into what one histogram of both holds", () => {
    fc.assert(
      fc.property(durations, durations, (left, right) => {
        const merged = mergeBins(histogramOf(left).bins(), histogramOf(right).bins());
        const together = histogramOf([...left, ...right]).bins();
        expect(merged.total).toBe(together.total);
        expect(merged.counts.reduce((sum, count) => sum + count, 0)).toBe(merged.total);
        expect(merged.ms).toEqual(merged.ms.toSorted((a, b) => a - b));
        expect(momentsOf(merged).mean).toBeCloseTo(momentsOf(together).mean, 6);
      }),
    );
  });

  test("beyond the longest lies infinity, for those who never got an answer", () => {
    expect(durationAtRank(histogramOf([1, 2]).bins(), 3)).toBe(Number.POSITIVE_INFINITY);
    expect(momentsOf(noDurations)).toEqual({ mean: 0, variance: 0 });
  });
});
