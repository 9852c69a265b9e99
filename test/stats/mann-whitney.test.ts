import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { DurationBins } from "../../src/stats/bins.ts";
import { estimateShift, mannWhitney } from "../../src/stats/mann-whitney.ts";

function binsOf(values: readonly number[]): DurationBins {
  const ms = [...new Set(values)].toSorted((a, b) => a - b);
  const counts = ms.map((value) => values.filter((other) => other === value).length);
  return { ms, counts, total: values.length };
}

/** By the definitions: every pair looked at. */
function bruteForce(over: readonly number[], under: readonly number[]) {
  const wins = over.flatMap((a) => under.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

const small = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });

describe("the rank test", () => {
  test("agrees with a count of all pairs, ties as halves", () => {
    fc.assert(
      fc.property(small, small, (over, under) => {
        expect(mannWhitney(binsOf(over), binsOf(under)).superiority).toBeCloseTo(bruteForce(over, under), 12);
      }),
    );
  });

  test("agrees with a worked example with ties", () => {
    // 4 and 5 occur three times each over both sides.
    const over = [4, 5, 5, 6, 7, 8];
    const under = [1, 2, 4, 4, 3, 5];
    const result = mannWhitney(binsOf(over), binsOf(under));
    const wins = bruteForce(over, under) * 36;
    const ties = 2 * (3 ** 3 - 3);
    const variance = (36 / 12) * (13 - ties / (12 * 11));
    expect(result.z).toBeCloseTo((wins - 18) / Math.sqrt(variance), 12);
    expect(result.pValue).toBeGreaterThan(0.01);
    expect(result.pValue).toBeLessThan(0.05);
  });

  test("turns its sign when the sides are swapped", () => {
    fc.assert(
      fc.property(small, small, (left, right) => {
        const there = mannWhitney(binsOf(left), binsOf(right));
        const back = mannWhitney(binsOf(right), binsOf(left));
        expect(there.z).toBeCloseTo(-back.z, 9);
        expect(there.superiority).toBeCloseTo(1 - back.superiority, 12);
      }),
    );
  });

  test("finds nothing where there is nothing to find", () => {
    expect(mannWhitney(binsOf([]), binsOf([1]))).toEqual({ superiority: 0.5, z: 0, pValue: 1 });
    expect(mannWhitney(binsOf([5, 5]), binsOf([5, 5, 5]))).toEqual({ superiority: 0.5, z: 0, pValue: 1 });
  });
});

describe("the shift between two laws", () => {
  test("is the factor that was planted, and its interval holds it", () => {
    const uniform = randomStream(7, "shift");
    const draw = () =>
      Math.exp(Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) * 0.6);
    const under = Array.from({ length: 2000 }, draw);
    const over = Array.from({ length: 2000 }, () => draw() * 1.2);
    const shift = estimateShift(binsOf(over), binsOf(under), 1.96);
    expect(shift.low).toBeLessThan(1.2);
    expect(shift.high).toBeGreaterThan(1.2);
    expect(shift.low).toBeGreaterThan(1.1);
    expect(shift.high).toBeLessThan(1.3);
  });

  test("is one, surely, between equal constants", () => {
    const shift = estimateShift(binsOf([10, 10, 10, 10, 10]), binsOf([10, 10, 10, 10, 10]), 1.96);
    expect(shift.low).toBeCloseTo(1, 3);
    expect(shift.high).toBeCloseTo(1, 3);
  });

  test("is unbounded where too few say anything", () => {
    const shift = estimateShift(binsOf([1]), binsOf([2]), 1.96);
    expect(shift.low).toBe(0);
    expect(shift.high).toBe(Number.POSITIVE_INFINITY);
  });
});
