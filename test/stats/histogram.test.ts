import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import { samplesNeeded, summarise } from "../../src/stats/percentiles.ts";

const durations = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), {
  minLength: 1,
  maxLength: 400,
});

function of(values: Iterable<number>): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe("a histogram of durations", () => {
  test("gives every percentile to three digits and none above the longest", () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, quantile) => {
        const histogram = of(values);
        const sorted = values
          .map((ms) => Math.round(ms * 1000) / 1000)
          .toSorted((left, right) => left - right);
        const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length - 1e-9) - 1)] ?? 0;
        const found = histogram.quantileMs(quantile);
        expect(found).toBeLessThanOrEqual(histogram.maxMs);
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.001 + exact * 0.001);
      }),
    );
  });

  test("merges to the very bytes of one histogram that was given everything", () => {
    fc.assert(
      fc.property(fc.array(durations, { minLength: 8, maxLength: 8 }), (parts) => {
        const merged = new DurationHistogram();
        for (const part of parts) merged.add(of(part));
        expect(merged.encode()).toBe(of(parts.flat()).encode());
      }),
      { numRuns: 30 },
    );
  });

  test("comes back from its encoding unchanged", () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = of(values);
        const decoded = DurationHistogram.decode(histogram.encode());
        expect(decoded.encode()).toBe(histogram.encode());
        expect(decoded.quantileMs(0.9)).toBe(histogram.quantileMs(0.9));
      }),
      { numRuns: 30 },
    );
  });

  test("counts what is longer than an hour at the hour, and refuses what is no duration", () => {
    const histogram = of([4_000_000, -1, Number.NaN]);
    expect(histogram.count).toBe(1);
    expect(histogram.maxMs / 3_600_000).toBeCloseTo(1, 2);
    expect(histogram.refused).toBe(2);
  });
});

describe("a summary", () => {
  test.each([
    [0.5, 5],
    [0.9, 29],
    [0.99, 299],
    [0.999, 2995],
  ])("shows the quantile %d from %d samples on", (quantile, needed) => {
    expect(samplesNeeded(quantile)).toBe(needed);
  });

  test("leaves out a percentile that too few samples support", () => {
    const summary = summarise(of(Array.from({ length: 298 }, () => 5)));
    expect(summary.p99).toBeUndefined();
    expect(summary.p95).toBeCloseTo(5, 2);
  });

  test("says that a percentile is not met when too many were never answered", () => {
    const summary = summarise(of(Array.from({ length: 980 }, () => 5)), 20);
    expect(summary.p95).toBeCloseTo(5, 2);
    expect(summary.p99).toBeNull();
    expect(summary.max).toBeCloseTo(5, 2);
  });

  test("counts the unanswered as slower than all others", () => {
    const answered = Array.from({ length: 990 }, (_, index) => index + 1);
    expect(summarise(of(answered), 10).p99).toBeCloseTo(990, 0);
  });

  test("is empty without samples", () => {
    expect(summarise(new DurationHistogram())).toEqual({});
  });
});
