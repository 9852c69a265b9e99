import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxPoints, timeBins } from "../../../src/report/view/time-bins.ts";
import type { RunResult, SecondResult } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

function binsOf(seconds: readonly SecondResult[], limit?: number) {
  const result: RunResult = {
    ...measuredResult({ seconds: 1, warmUpSeconds: 0, ratePerSecond: 10 }),
    seconds: [...seconds],
  };
  return timeBins(result, limit);
}

function second(at: number, arm: Partial<NonNullable<SecondResult["versions"]["old"]>> = {}): SecondResult {
  const old = { scheduled: 10, completed: 9, failed: 1, timedOut: 0, notSent: 0, ...arm };
  return { second: at, stage: 0, due: old.scheduled, versions: { old } };
}

describe("seconds in bins", () => {
  test("no seconds give no bins", () => {
    expect(binsOf([])).toEqual([]);
  });

  test("a short run keeps each of its seconds", () => {
    const bins = binsOf([second(-1), second(0), second(1)]);
    expect(bins.map(({ startSecond, seconds }) => [startSecond, seconds])).toEqual([
      [-1, 1],
      [0, 1],
      [1, 1],
    ]);
  });

  test("a second without requests is a bin without versions, not a gap in the axis", () => {
    const bins = binsOf([second(0), second(3)]);
    expect(bins.map(({ versions }) => versions.old?.scheduled)).toEqual([10, undefined, undefined, 10]);
  });

  test("a percentile is that of the worst second, and not met where one second's was not", () => {
    const bins = binsOf(
      [
        second(0, { p99Ms: 5 }),
        second(1, { p99Ms: 9 }),
        second(2, { p99Ms: null }),
        second(3, { p99Ms: 7 }),
        second(4),
      ],
      3,
    );
    expect(bins.map(({ versions }) => versions.old?.p99Ms)).toEqual([9, null, undefined]);
  });

  test("however long the run, bins are few, lie without gaps, part warm-up from the rest, and lose no request", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 5000 }), (warmUp, length) => {
        const seconds = Array.from({ length: warmUp + length }, (_, index) => second(index - warmUp));
        const bins = binsOf(seconds);
        // One more than the limit, because bins are counted from the end of the warm-up.
        expect(bins.length).toBeLessThanOrEqual(maxPoints + 1);
        expect(bins.reduce((total, { versions }) => total + (versions.old?.scheduled ?? 0), 0)).toBe(
          10 * seconds.length,
        );
        let next = 0 - warmUp;
        for (const bin of bins) {
          expect(bin.startSecond).toBe(next);
          expect(bin.startSecond >= 0 || bin.startSecond + bin.seconds <= 0).toBe(true);
          next += bin.seconds;
        }
        expect(next).toBe(length);
      }),
      { numRuns: 40 },
    );
  });
});
