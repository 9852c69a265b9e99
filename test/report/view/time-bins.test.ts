import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxPoints, spanSeconds, timeBins } from "../../../src/report/view/time-bins.ts";
import type { RunResult, SecondResult } from "../../../src/result/schema.ts";
import { simulationOf } from "../fixture-parts.ts";
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

/** A simulation that keeps spans of `span` seconds apart, at 10 requests/s. */
function simulatedResult(
  span: number,
  { warmUp, length }: { readonly warmUp: number; readonly length: number },
): RunResult {
  const measured = measuredResult({ seconds: 1, warmUpSeconds: 0, ratePerSecond: 10 });
  const spans: SecondResult[] = [];
  for (let at = Math.floor(-warmUp / span) * span; at < length; at += span) {
    const within = Math.min(at + span, length) - Math.max(at, -warmUp);
    spans.push(second(at, { scheduled: 10 * within, p50Ms: 5 }));
  }
  return {
    ...measured,
    method: "simulated",
    seconds: spans,
    totals: { ...measured.totals, durationMs: 1000 * length },
    simulation: { ...simulationOf(), warmUp: { configuredMs: 1000 * warmUp } },
  };
}

describe("the spans of a simulation", () => {
  test("a span of several seconds is one point, with no gap behind it", () => {
    const result = simulatedResult(2, { warmUp: 10, length: 420 });
    const bins = timeBins(result);
    expect(spanSeconds(result)).toBe(2);
    expect(bins).toHaveLength(215);
    expect(bins.every(({ seconds, versions }) => seconds === 2 && versions.old?.p50Ms === 5)).toBe(true);
  });

  test("a constant rate is that rate in every bin, whatever the span, the bins and the length", () => {
    const lengths = { warmUp: fc.integer({ min: 0, max: 40 }), length: fc.integer({ min: 30, max: 2000 }) };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.record(lengths),
        fc.integer({ min: 20, max: 600 }),
        (span, times, limit) => {
          for (const { seconds, versions } of timeBins(simulatedResult(span, times), limit)) {
            expect((versions.old?.scheduled ?? 0) / seconds).toBe(10);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("measured seconds are seconds, even where only even ones had requests", () => {
    expect(binsOf([second(0), second(2), second(4)])).toHaveLength(5);
  });
});
