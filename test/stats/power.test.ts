import { describe, expect, test } from "vitest";
import {
  growthToSee,
  logQuantileError,
  logShiftError,
  logSpreadOf,
  powerToSee,
  samplesToSeeShares,
} from "../../src/stats/power.ts";

describe("requests needed to see a change of the error rate", () => {
  test.each([
    [0.001, 0.002, 23_508],
    [0.01, 0.015, 7747],
    [0.1, 0.2, 197],
  ])("from %s to %s: %s for each version", (from, to, expected) => {
    expect(samplesToSeeShares({ from, to })).toBe(expected);
    expect(samplesToSeeShares({ from: to, to: from })).toBe(expected);
  });
});

describe("the error of a logarithm", () => {
  test("of a median is 1.2533 times the spread", () =>
    expect(logQuantileError(0.5, 1)).toBeCloseTo(1.2533, 4));
  test("of a p99 is 3.73 times the spread", () => expect(logQuantileError(0.99, 1)).toBeCloseTo(3.733, 3));
  test("of a shift is 2.3 % above that of a mean", () => expect(logShiftError(1)).toBeCloseTo(1.0233, 4));
  test("the spread comes from two percentiles", () =>
    expect(logSpreadOf({ p50: 20, p99: 80 })).toBeCloseTo(0.5959, 4));
});

test("growing as told reaches exactly the power asked for", () => {
  const growth = growthToSee(0.1, 0.05);
  expect(powerToSee(0.1 / Math.sqrt(growth), 0.05, 0.95)).toBeCloseTo(0.8, 9);
});
