import { expect, test } from "vitest";
import { perVersion } from "../../src/base/version.ts";
import { batchSeconds } from "../../src/result/batches.ts";
import { zeroCounts } from "../../src/result/window.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

function secondsOf(length: number) {
  return Array.from({ length }, (_, second) => {
    const histogram = new DurationHistogram();
    histogram.record(second + 1);
    const counts = { ...zeroCounts, scheduled: 3, completed: 1, failed: 1, notSent: 1 };
    return { stage: 1, second, due: 6, arms: perVersion(() => ({ counts, histogram: histogram.encode() })) };
  });
}

test.each([
  [1, 1, 1],
  [24, 24, 1],
  [25, 13, 2],
  [100, 20, 5],
])("%i seconds make %i batches of %i s, which add up to all of them", (length, count, seconds) => {
  const batches = batchSeconds(secondsOf(length));
  expect(batches).toHaveLength(count);
  expect(batches[0]?.durationMs).toBe(seconds * 1000);
  expect(batches.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(length * 1000);
  expect(batches.reduce((sum, { versions }) => sum + versions.new.scheduled, 0)).toBe(length * 3);
  const times = batches.map(({ versions }) => DurationHistogram.decode(versions.old.histogram ?? "").count);
  expect(times.reduce((sum, each) => sum + each, 0)).toBe(length);
});

test("a run without a request has none", () => {
  expect(batchSeconds([])).toEqual([]);
});
