import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import {
  estimateMean,
  estimateQuantile,
  estimateRatePerSecond,
  estimateRatio,
  estimateShare,
} from "../../src/stats/estimate.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

const z95 = 1.959964;

function exponentials(size: number, index: number): DurationHistogram {
  const uniform = randomStream(1, "exponentials", index);
  const histogram = new DurationHistogram();
  for (let drawn = 0; drawn < size; drawn++) histogram.record(-Math.log(uniform()) * 100);
  return histogram;
}

describe("an interval of 95 % holds the truth about 95 times in 100", () => {
  const p99 = -Math.log(0.01) * 100;
  const runs = Array.from({ length: 400 }, (_, index) => index);
  const coverage = (holds: (index: number) => boolean) => runs.filter(holds).length / runs.length;

  test("for a p99", () => {
    const share = coverage((index) => {
      const found = estimateQuantile(exponentials(1000, index).bins(), 0.99, { z: z95 });
      return found.low <= p99 && p99 <= found.high;
    });
    expect(share).toBeGreaterThan(0.92);
  });

  test("for a ratio of two p99s", () => {
    const share = coverage((index) => {
      const over = estimateQuantile(exponentials(600, index).bins(), 0.99, { z: z95 });
      const under = estimateQuantile(exponentials(600, 1000 + index).bins(), 0.99, { z: z95 });
      const found = estimateRatio(over, under);
      return found.low <= 1 && 1 <= found.high;
    });
    expect(share).toBeGreaterThan(0.92);
  });

  test("for a mean", () => {
    const share = coverage((index) => {
      const found = estimateMean(exponentials(500, index).bins(), z95);
      return found.low <= 100 && 100 <= found.high;
    });
    expect(share).toBeGreaterThan(0.91);
  });
});

describe("edges", () => {
  test("a p99 of few requests has no upper end", () => {
    expect(estimateQuantile(exponentials(100, 0).bins(), 0.99, { z: z95 }).high).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("requests that never got an answer lie beyond all others", () => {
    const found = estimateQuantile(exponentials(90, 0).bins(), 0.95, { z: 0, neverAnswered: 10 });
    expect(found.value).toBe(Number.POSITIVE_INFINITY);
  });

  test("without confidence, a value stands alone", () => {
    const found = estimateQuantile(exponentials(500, 0).bins(), 0.99, { z: 0 });
    expect(found.low).toBe(found.value);
    expect(found.high).toBe(found.value);
    const ratio = estimateRatio(estimateShare(3, 100, 0), estimateShare(2, 100, 0));
    expect(ratio.low).toBeCloseTo(1.5, 9);
    expect(ratio.high).toBeCloseTo(1.5, 9);
  });

  test("nothing against nothing is no excess, and something against nothing is endless", () => {
    expect(estimateRatio(estimateShare(0, 10, z95), estimateShare(0, 10, z95)).value).toBe(0);
    const endless = estimateRatio(estimateShare(5, 10, z95), estimateShare(0, 10, z95));
    expect(endless.value).toBe(Number.POSITIVE_INFINITY);
    expect(endless.low).toBeGreaterThan(0.5);
    expect(endless.high).toBe(Number.POSITIVE_INFINITY);
  });

  test("two endless values have a ratio that nobody knows", () => {
    const endless = {
      value: Number.POSITIVE_INFINITY,
      low: Number.POSITIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    };
    const ratio = estimateRatio(endless, endless);
    expect(ratio.low).toBe(0);
    expect(ratio.high).toBe(Number.POSITIVE_INFINITY);
  });

  test("a rate of no events has a lower end of 0", () => {
    const found = estimateRatePerSecond(0, 1000, z95);
    expect(found.low).toBe(0);
    expect(found.high).toBeCloseTo(3.84, 2);
  });
});
