import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { addBatch, type BatchedSample, noBatches } from "../../src/rollout/batched-sample.ts";
import { dependenceOf } from "../../src/rollout/dependence.ts";
import { judgeSamples } from "../../src/rollout/gate.ts";
import { sampleOf } from "../../src/rollout/sample.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import { armOf, gateOf } from "./gate-fixture.ts";

const windows = 24;
const perWindow = 200;

/** Response times of one server with exponential service times, in windows; at load 0 nobody waits. */
function queue(load: number, uniform: () => number): BatchedSample {
  const serviceMs = 20;
  let [atMs, freeAtMs] = [0, 0];
  const answer = () => {
    atMs += load === 0 ? 1e6 : (-Math.log(uniform()) * serviceMs) / load;
    freeAtMs = Math.max(atMs, freeAtMs) - Math.log(uniform()) * serviceMs;
    return freeAtMs - atMs;
  };
  for (let warmUp = 0; warmUp < 500; warmUp++) answer();
  let batched = noBatches;
  for (let window = 0; window < windows; window++) {
    batched = addBatch(batched, sampleOf(armOf({ ok: perWindow }, answer)));
  }
  return batched;
}

describe("requests that queue behind one another", () => {
  test("are seen to hang together, and independent ones not to", () => {
    const uniform = randomStream(8, "queue");
    for (const metric of ["responseTime.mean", "responseTime.p99", "responseTime.shift"] as const) {
      expect(dependenceOf(metric, queue(0, uniform)).factor).toBeLessThan(3);
      expect(dependenceOf(metric, queue(0.8, uniform)).factor).toBeGreaterThan(4);
    }
  });

  test.each(["responseTime.shift", "responseTime.mean", "responseTime.p99"])(
    "make %s raise far fewer false alarms when their course in time is known",
    (metric) => {
      const uniform = randomStream(2, "alarms");
      const gate = gateOf({ metric, vs: "old", maxRatio: 1 });
      const pairs = Array.from({ length: 120 }, () => ({
        old: queue(0.7, uniform),
        new: queue(0.7, uniform),
      }));
      const failures = (strip: (sample: BatchedSample) => BatchedSample) =>
        pairs.filter(
          (pair) => judgeSamples(gate, { old: strip(pair.old), new: strip(pair.new) }).state === "FAIL",
        ).length / pairs.length;
      expect(failures((sample) => sample)).toBeLessThan(0.08);
      expect(failures(({ whole }) => ({ whole, batches: [] }))).toBeGreaterThan(0.12);
    },
  );
});

describe("batches", () => {
  test("stay few, keep everything, and are about equally long", () => {
    let batched = noBatches;
    for (let second = 1; second <= 1000; second++) {
      batched = addBatch(batched, sampleOf(armOf({ ok: 2, failed: 1 }, () => second)));
      expect(batched.batches.length).toBeLessThanOrEqual(24);
    }
    const sum = batched.batches.reduce((total, { counts }) => total + counts.scheduled, 0);
    expect(sum).toBe(3000);
    expect(batched.whole.counts.scheduled).toBe(3000);
    const lengths = batched.batches.slice(0, -1).map(({ durationMs }) => durationMs);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * Math.min(...lengths));
  });

  test("of which there are too few say nothing", () => {
    const sample = sampleOf({ ...armOf({ ok: 5 }), responseTimes: new DurationHistogram() });
    const batched = addBatch(addBatch(noBatches, sample), sample);
    expect(dependenceOf("responseTime.mean", batched)).toEqual({ factor: 1, degreesOfFreedom: 0 });
  });

  test("show bursts of errors", () => {
    let batched = noBatches;
    for (let window = 0; window < 20; window++) {
      batched = addBatch(
        batched,
        sampleOf(window % 10 === 0 ? armOf({ ok: 50, failed: 50 }) : armOf({ ok: 100 })),
      );
    }
    expect(dependenceOf("errorRate", batched).factor).toBeGreaterThan(10);
  });
});
