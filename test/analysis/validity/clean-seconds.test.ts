import { expect, test } from "vitest";
import { slowShareInCleanSeconds } from "../../../src/analysis/validity/clean-seconds.ts";
import type { SecondResult } from "../../../src/result/schema.ts";
import { syntheticResult } from "../synthetic-result.ts";

type Times = {
  readonly p50Ms?: number;
  readonly p90Ms?: number;
  readonly p99Ms?: number | null;
  readonly maxMs?: number;
};

const fast: Times = { p50Ms: 10, p90Ms: 20, p99Ms: 50, maxMs: 90 };

/** Ten seconds of 1,000 requests to old; the generator was late in second 4. */
function share(times: (second: number) => Times): number {
  const seconds: SecondResult[] = Array.from({ length: 10 }, (_, second) => {
    const counts = { scheduled: 1000, completed: 1000, failed: 0, timedOut: 0, notSent: 0 };
    return { second, stage: 0, due: 1000, versions: { old: { ...counts, ...times(second) } } };
  });
  const windows = [{ startMs: 4000, endMs: 5000, process: "driver", cause: "process stopped" as const }];
  const validity = { state: "TAINTED" as const, reasons: [], windows };
  return slowShareInCleanSeconds(syntheticResult({ result: { seconds, validity } }), "old", 100);
}

test.each<[string, (second: number) => Times, number]>([
  ["nothing is slow", () => fast, 0],
  ["only the late second is", (second) => (second === 4 ? { ...fast, p50Ms: 900, p99Ms: 1000 } : fast), 0],
  ["each second's longest is", () => ({ ...fast, maxMs: 150 }), 0.001],
  ["the p99 is in every second", () => ({ ...fast, p99Ms: 150, maxMs: 200 }), 0.01],
  ["the p99 was never answered", () => ({ ...fast, p99Ms: null }), 0.01],
  ["half of one second is", (second) => (second === 7 ? { ...fast, p50Ms: 150 } : fast), 0.5 / 9],
])("of clean seconds, where %s, the slow share is known", (_, times, expected) => {
  expect(share(times)).toBeCloseTo(expected, 10);
});
