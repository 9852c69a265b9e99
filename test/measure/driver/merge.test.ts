import { expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import type { Observation } from "../../../src/result/observation.ts";
import { WindowRecorder } from "../../../src/result/recorder.ts";
import type { WindowDelta } from "../../../src/result/window.ts";
import { DurationHistogram } from "../../../src/stats/histogram.ts";

const stages = [{ name: "main", startMs: 0, endMs: 10_000, warmUp: false, newShare: 0.5 }];

test("eight drivers' merged histograms equal one recorder fed the same values, bit for bit", () => {
  const uniform = randomStream(1, "merge");
  const drivers = Array.from(
    { length: 8 },
    (_, driver) => new WindowRecorder({ stages, originMs: 0, driver }),
  );
  const alone = new WindowRecorder({ stages, originMs: 0, driver: 0 });
  const fromDrivers: WindowDelta[] = [];
  const fromAlone: WindowDelta[] = [];
  for (let ordinal = 0; ordinal < 40_000; ordinal++) {
    const scheduledMs = ordinal / 4;
    const observation = observationOf(scheduledMs, scheduledMs - Math.log(uniform()) * 50);
    drivers[ordinal % 8]?.record(observation);
    alone.record(observation);
    if (ordinal % 4000 === 3999) {
      fromDrivers.push(...drivers.map((driver) => driver.take(scheduledMs)));
      fromAlone.push(alone.take(scheduledMs));
    }
  }
  const merged = merge(fromDrivers);
  expect(merged.count).toBe(40_000);
  expect(merged.encode()).toBe(merge(fromAlone).encode());
});

function merge(windows: readonly WindowDelta[]): DurationHistogram {
  const all = new DurationHistogram();
  for (const { cells } of windows) {
    for (const { arms } of cells) {
      const text = arms.old?.histograms.ok;
      if (text !== undefined) all.add(DurationHistogram.decode(text));
    }
  }
  return all;
}

function observationOf(scheduledMs: number, completedMs: number): Observation {
  return {
    scheduledMs,
    seenMs: scheduledMs,
    sentMs: scheduledMs,
    firstByteMs: completedMs,
    completedMs,
    version: "old",
    endpoint: 0,
    outcome: "ok",
    status: 200,
    errorClass: "",
    splitterMs: Number.NaN,
    serverQueueMs: Number.NaN,
    serviceMs: Number.NaN,
    rerouted: false,
  };
}
