import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perVersion, versions } from "../../src/base/version.ts";
import type { Observation, Outcome } from "../../src/result/observation.ts";
import { WindowRecorder } from "../../src/result/recorder.ts";
import { noRetries } from "../../src/result/retry-schema.ts";
import { mergeArms, RunTally } from "../../src/result/tally.ts";
import { budgetParts, isBalanced, type PartName } from "../../src/result/window.ts";
import type { StagePlan } from "../../src/scenario/plan.ts";
import { observation } from "./observations.ts";

const stages: readonly StagePlan[] = [
  { name: "warm-up", startMs: -2000, endMs: 0, warmUp: true, newShare: 0.1 },
  { name: "first", startMs: 0, endMs: 2500, warmUp: false, newShare: 0.1 },
  { name: "second", startMs: 2500, endMs: 5000, warmUp: false, newShare: 0.1 },
];
const originMs = 1_000_000;

function recorder(driver = 0): WindowRecorder {
  return new WindowRecorder({ stages, originMs, driver });
}

const outcomes: readonly Outcome[] = [
  "ok",
  "http-error",
  "timeout",
  "connection-error",
  "not-sent",
  "unfinished",
];

const observations = fc.array(
  fc.record({
    atMs: fc.double({ min: -2000, max: 4999, noNaN: true }),
    tookMs: fc.double({ min: 0, max: 8000, noNaN: true }),
    version: fc.constantFrom(...versions),
    outcome: fc.constantFrom(...outcomes),
    rerouted: fc.boolean(),
  }),
  { maxLength: 200 },
);

type Drawn = { atMs: number; tookMs: number; version: "old" | "new"; outcome: Outcome; rerouted: boolean };

function toObservation({ atMs, tookMs, version, outcome, rerouted }: Drawn): Observation {
  const scheduledMs = originMs + atMs;
  return observation({
    scheduledMs,
    completedMs: scheduledMs + tookMs,
    version,
    outcome,
    rerouted,
    errorClass: outcome === "ok" ? "" : outcome,
  });
}

describe("windows", () => {
  test("keep the ledger balanced, whatever happens to the requests", () => {
    fc.assert(
      fc.property(observations, (drawn) => {
        const one = recorder();
        for (const each of drawn) {
          one.due(originMs + each.atMs);
          one.record(toObservation(each));
        }
        const tally = new RunTally();
        tally.add(one.take(originMs + 5000));
        const all = versions.map((version) => mergeArms(tally.stages, version).counts);
        expect(all.every(isBalanced)).toBe(true);
        expect(all.reduce((sum, counts) => sum + counts.scheduled, 0)).toBe(drawn.length);
        expect(tally.stages.reduce((sum, stage) => sum + stage.due, 0)).toBe(drawn.length);
      }),
      { numRuns: 40 },
    );
  });

  test("add up to the same run however they are cut and shared between drivers", () => {
    fc.assert(
      fc.property(
        observations,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 50 }),
        (drawn, drivers, every) => {
          const whole = recorder();
          const parts = Array.from({ length: drivers }, (_, driver) => recorder(driver));
          const fromParts = new RunTally();
          for (const [index, each] of drawn.entries()) {
            const part = parts[index % drivers] ?? whole;
            for (const target of [whole, part]) {
              target.due(originMs + each.atMs);
              target.record(toObservation(each));
            }
            if (index % every === 0) fromParts.add(part.take(originMs));
          }
          for (const part of parts.toReversed()) fromParts.add(part.take(originMs));
          const fromWhole = new RunTally();
          fromWhole.add(whole.take(originMs));
          expect(contentOf(fromParts)).toEqual(contentOf(fromWhole));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("hold only what is new", () => {
    const one = recorder();
    one.record(observation({ scheduledMs: originMs + 10 }));
    expect(one.take(originMs + 1000).cells).toHaveLength(1);
    expect(one.take(originMs + 2000).cells).toHaveLength(0);
  });

  test("book a request in the second and the stage in which it was due", () => {
    const one = recorder();
    for (const atMs of [-0.5, 0, 2499, 2500, 4999])
      one.record(observation({ scheduledMs: originMs + atMs, completedMs: originMs + 9000 }));
    const cells = one.take(originMs + 9000).cells.map(({ stage, second }) => [stage, second]);
    expect(cells).toEqual([
      [0, -1],
      [1, 0],
      [1, 2],
      [2, 2],
      [2, 4],
    ]);
  });

  test("split the response time into parts that add up to it", () => {
    const one = recorder();
    one.record(observation({ scheduledMs: originMs }));
    const tally = new RunTally();
    tally.add(one.take(originMs));
    const parts = tally.stages[1]?.arms.old.parts ?? new Map();
    const sum = ["pacerLag", "slotWait", "splitter", "network", "serverQueue", "service"].reduce(
      (total, name) => total + (parts.get(name)?.meanMs ?? Number.NaN),
      0,
    );
    expect(sum).toBeCloseTo(20, 1);
  });

  test("keep the attempts before the last apart from the network", () => {
    const one = recorder();
    // First sent after 0.5 ms, answered by an attempt that was sent after 1,000 ms.
    const retries = { sent: 2, end: "recovered", firstSentMs: originMs + 0.5 } as const;
    const sentMs = originMs + 1000;
    one.record(observation({ scheduledMs: originMs, sentMs, completedMs: originMs + 1020, retries }));
    const tally = new RunTally();
    tally.add(one.take(originMs));
    const { parts, counts, retries: counted } = tally.stages[1]?.arms.old ?? emptyArm();
    const meanMs = (name: PartName) => parts.get(name)?.meanMs ?? Number.NaN;
    expect(meanMs("earlierAttempts")).toBeCloseTo(999.5, 0);
    expect(meanMs("slotWait")).toBeCloseTo(0.4, 2);
    expect(meanMs("roundTrip")).toBeCloseTo(20, 1);
    expect(budgetParts.reduce((sum, name) => sum + meanMs(name), 0) / 1020).toBeCloseTo(1, 2);
    expect(counts.scheduled).toBe(1);
    expect(counted).toEqual({ ...noRetries, retried: 2, recovered: 1 });
  });

  test("add up what retries came to, in whatever order they come", () => {
    const tally = new RunTally();
    const ends = ["recovered", "exhausted", "overBudget", "gaveUp", undefined] as const;
    const windows = ends.map((end, index) => {
      const one = recorder(index);
      one.record(
        observation({ scheduledMs: originMs, retries: { sent: index, end, firstSentMs: originMs } }),
      );
      one.record(observation({ scheduledMs: originMs }));
      return one.take(originMs + 1000);
    });
    for (const window of windows.toReversed()) tally.add(JSON.parse(JSON.stringify(window)));
    const { old: before, new: after } = tally.stages[1]?.arms ?? perVersion(emptyArm);
    expect(before.retries).toEqual({ retried: 10, recovered: 1, exhausted: 1, overBudget: 1, gaveUp: 1 });
    expect(after.retries).toEqual(noRetries);
  });

  test("record no response time for a request that was never sent", () => {
    const one = recorder();
    one.record(
      observation({
        scheduledMs: originMs,
        outcome: "not-sent",
        errorClass: "no-connection",
        completedMs: originMs + 10_000,
      }),
    );
    const arm = one.take(originMs).cells[0]?.arms.old;
    expect(arm?.counts).toMatchObject({ scheduled: 1, notSent: 1 });
    expect(arm?.histograms).toEqual({});
  });
});

function emptyArm() {
  return mergeArms([], "old");
}

function contentOf(tally: RunTally) {
  return {
    stages: tally.stages.map((stage) => ({
      due: stage.due,
      arms: versions.map((version) => {
        const { counts, errors, histograms, parts } = stage.arms[version];
        const encoded = (map: ReadonlyMap<string, { encode(): string; count: number }>) =>
          Object.fromEntries(
            [...map].filter(([, each]) => each.count > 0).map(([name, each]) => [name, each.encode()]),
          );
        return {
          counts,
          errors: Object.fromEntries(errors),
          histograms: encoded(histograms),
          parts: encoded(parts),
        };
      }),
    })),
    seconds: tally.seconds,
  };
}
