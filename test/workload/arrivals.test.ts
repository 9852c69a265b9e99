import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateCurve } from "../../src/scenario/workload-plan.ts";
import { expectedArrivals, openArrivals, shareOfArrivals } from "../../src/workload/arrivals.ts";

const flat = (ratePerSecond: number, durationMs: number): RateCurve => [
  { startMs: 0, endMs: durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond },
];
const constant = (curve: RateCurve) => [...openArrivals({ kind: "open", arrivals: "constant", curve }, 1)];
const poisson = (curve: RateCurve, seed: number) => [
  ...openArrivals({ kind: "open", arrivals: "poisson", curve }, seed),
];

describe("constant arrivals", () => {
  test.each([
    [100, 10_000],
    [1000, 10_000],
    [10_000, 10_000],
  ])("at %d/s for %d ms come exactly so many, evenly", (ratePerSecond, durationMs) => {
    const times = constant(flat(ratePerSecond, durationMs));
    expect(times).toHaveLength((ratePerSecond * durationMs) / 1000);
    const gapMs = 1000 / ratePerSecond;
    for (const [index, atMs] of times.entries()) expect(atMs).toBeCloseTo((index + 0.5) * gapMs, 6);
  });

  const piece = fc.record({
    lengthMs: fc.double({ min: 1, max: 20_000, noNaN: true }),
    fromPerSecond: fc.double({ min: 0, max: 300, noNaN: true }),
    toPerSecond: fc.double({ min: 0, max: 300, noNaN: true }),
  });

  test("on any curve, arrival k stands where the integral of the rate reaches k + 0.5", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
        const curve = joined(pieces, -5000);
        const times = constant(curve);
        expect(Math.abs(times.length - expectedArrivals(curve))).toBeLessThanOrEqual(0.5 + 1e-6);
        for (const [index, atMs] of times.entries()) {
          expect(integral(curve, atMs)).toBeCloseTo(index + 0.5, 5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a ramp from 0 keeps exact counts: a quarter of the arrivals by half its time", () => {
    const times = constant([{ startMs: 0, endMs: 10_000, fromPerSecond: 0, toPerSecond: 800 }]);
    expect(times).toHaveLength(4000);
    expect(times.filter((atMs) => atMs < 5000)).toHaveLength(1000);
  });

  test("no rate brings no arrival", () => {
    expect(constant(flat(0, 10_000))).toEqual([]);
  });
});

describe("Poisson arrivals", () => {
  test("the gaps are exponential: Kolmogorov–Smirnov in at least 97 of 100 seeds", () => {
    let passed = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const gapsMs = gaps(poisson(flat(1000, 5000), seed));
      if (kolmogorovSmirnov(gapsMs, (ms) => 1 - Math.exp(-ms)) < 1.628 / Math.sqrt(gapsMs.length)) passed++;
    }
    expect(passed).toBeGreaterThanOrEqual(97);
  });

  test("neighbouring gaps don't know of one another", () => {
    const correlation = lag1Correlation(gaps(poisson(flat(1000, 100_000), 7)));
    expect(Math.abs(correlation)).toBeLessThan(0.02);
  });

  test("on a ramp, arrivals come in proportion to the rate", () => {
    const times = poisson([{ startMs: 0, endMs: 100_000, fromPerSecond: 0, toPerSecond: 800 }], 3);
    expect(times.length / 40_000).toBeCloseTo(1, 1);
    expect(times.filter((atMs) => atMs < 50_000).length / times.length).toBeCloseTo(0.25, 1);
  });

  test("the same seed gives the same times, another seed others", () => {
    expect(poisson(flat(100, 1000), 5)).toEqual(poisson(flat(100, 1000), 5));
    expect(poisson(flat(100, 1000), 5)).not.toEqual(poisson(flat(100, 1000), 6));
  });
});

test("any number of drivers together send what one would send alone, under the same ordinals", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1000 }), (of, seed) => {
      const times = poisson(flat(200, 2000), seed);
      const shares = Array.from({ length: of }, (_, driver) => [...shareOfArrivals(times, driver, of)]);
      const together = shares.flat().toSorted((left, right) => left.ordinal - right.ordinal);
      expect(together).toEqual(times.map((atMs, ordinal) => ({ ordinal, atMs })));
    }),
    { numRuns: 30 },
  );
});

type Piece = { readonly lengthMs: number; readonly fromPerSecond: number; readonly toPerSecond: number };

function joined(pieces: readonly Piece[], fromMs: number): RateCurve {
  let startMs = fromMs;
  return pieces.map(({ lengthMs, ...rates }) => {
    const endMs = startMs + lengthMs;
    const piece = { startMs, endMs, ...rates };
    startMs = endMs;
    return piece;
  });
}

function integral(curve: RateCurve, untilMs: number): number {
  let sum = 0;
  for (const { startMs, endMs, fromPerSecond, toPerSecond } of curve) {
    const seconds = (Math.min(untilMs, endMs) - startMs) / 1000;
    if (seconds <= 0) break;
    const slope = (toPerSecond - fromPerSecond) / ((endMs - startMs) / 1000);
    sum += fromPerSecond * seconds + (slope * seconds * seconds) / 2;
  }
  return sum;
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

function kolmogorovSmirnov(samples: readonly number[], law: (value: number) => number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const distances = sorted.map((value, index) => {
    const expected = law(value);
    return Math.max((index + 1) / sorted.length - expected, expected - index / sorted.length);
  });
  return distances.reduce((most, distance) => Math.max(most, distance), 0);
}

function lag1Correlation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let together = 0;
  let alone = 0;
  for (const [index, value] of values.entries()) {
    alone += (value - mean) ** 2;
    const next = values[index + 1];
    if (next !== undefined) together += (value - mean) * (next - mean);
  }
  return together / alone;
}
