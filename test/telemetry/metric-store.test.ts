import { expect, test } from "vitest";
import { DurationBuckets } from "../../src/telemetry/duration-buckets.ts";
import { MetricStore, maxSeries, overflowAttributes } from "../../src/telemetry/metric-store.ts";

const old = { "twinlane.version": "old" };

function values(store: MetricStore): readonly (readonly [string, number])[] {
  return store
    .series()
    .map(({ key, value }) => [key, value instanceof DurationBuckets ? value.total : value] as const);
}

test("counters add up, and all else is what was read last", () => {
  const store = new MetricStore();
  for (const value of [3, 0, 4]) {
    store.read({ key: "received", attributes: old, value });
    store.read({ key: "inFlight", attributes: old, value });
  }
  store.addDurations("clientDuration", old, { ms: [1, 2], counts: [5, 6] });
  expect(values(store)).toEqual([
    ["received", 7],
    ["inFlight", 4],
    ["clientDuration", 11],
  ]);
});

test("a counter that never counted has no series", () => {
  const store = new MetricStore();
  store.read({ key: "failed", attributes: { ...old, "error.type": "closed" }, value: 0 });
  expect(store.series()).toEqual([]);
});

test("after a difference was told, sums begin anew and states stay", () => {
  const store = new MetricStore();
  store.read({ key: "received", attributes: old, value: 3 });
  store.read({ key: "healthy", attributes: old, value: 1 });
  store.addDurations("clientDuration", old, { ms: [1], counts: [1] });
  store.forgetSums();
  expect(values(store)).toEqual([["healthy", 1]]);
});

test("however many series there would be, memory is bounded and nothing goes uncounted", () => {
  const store = new MetricStore();
  for (let reason = 0; reason < maxSeries + 500; reason++) {
    store.read({ key: "failed", attributes: { ...old, "error.type": `class-${reason}` }, value: 2 });
  }
  const series = store.series();
  expect(series.length).toBe(maxSeries + 1);
  expect(series.at(-1)).toEqual({ key: "failed", attributes: overflowAttributes, value: 1000 });
});
