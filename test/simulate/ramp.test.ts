import { expect, test } from "vitest";
import { playRamp } from "../../src/simulate/ramp/play-ramp.ts";
import { studyRamps } from "../../src/simulate/ramp/study-ramps.ts";
import { rampStudyText } from "../../src/simulate/ramp/text.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { planOf } from "./plans.ts";

const ramp = (extra: string) =>
  planOf(`
name: ramp
users: 20_000
workload: { ratePerSecond: 150, timeout: 5s }
services:
  old: { mock: { serviceTime: { exponential: { mean: 20ms } } } }
  new: { mock: { serviceTime: { exponential: { mean: 18ms } } } }
rollout:
  steps: [ { new: 20%, hold: 10s }, { new: 60%, hold: 10s }, { new: 100%, hold: 5s } ]
  gates: [ { metric: errorRate, of: new, max: 2% } ]
  guard: { errorRate: 20% }
  onFail: rollback
run: { warmUp: 1s, grace: 1s }
${extra}`);

test("a healthy ramp goes through its steps on simulated requests", () => {
  const plan = ramp("");
  const { phase, decisions, windows } = playRamp({ plan, settings: settingsFor(plan), trace: undefined }, 7);
  expect(["finished", "draining", "baking"]).toContain(phase);
  expect(decisions.map(({ split }) => split.newShare)).toEqual(expect.arrayContaining([0.2, 0.6, 1]));
  const newShareAt = (second: number) => {
    const { old: before, new: after } = windows[second]?.samples ?? { old: undefined, new: undefined };
    const [olds, news] = [before?.counts.scheduled ?? 0, after?.counts.scheduled ?? 0];
    return news / (olds + news);
  };
  expect(newShareAt(5)).toBeGreaterThan(0.08);
  expect(newShareAt(5)).toBeLessThan(0.35);
  expect(newShareAt(15)).toBeGreaterThan(0.45);
  expect(newShareAt(15)).toBeLessThan(0.75);
});

test("errors of new are caught, and nothing of new is asked after the rollback", () => {
  const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 60% } ]");
  const { phase, decisions, windows } = playRamp({ plan, settings: settingsFor(plan), trace: undefined }, 3);
  expect(phase).toBe("rolled back");
  const decidedAtMs = decisions.find(({ kind }) => kind === "roll back")?.atMs ?? 0;
  expect(decidedAtMs).toBeGreaterThan(12_000);
  const later = windows.filter(({ atMs }) => atMs > decidedAtMs + 1000);
  expect(later.length).toBeGreaterThan(3);
  for (const { samples } of later) expect(samples.new.counts.scheduled).toBe(0);
});

test("the same seed plays the same ramp", () => {
  const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 10% } ]");
  expect(playRamp({ plan, settings: settingsFor(plan), trace: undefined }, 5)).toEqual(
    playRamp({ plan, settings: settingsFor(plan), trace: undefined }, 5),
  );
});

test("many ramps tell how often and how soon a fault is caught, and how often there is none to catch", async () => {
  const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 60% } ]");
  const study = await studyRamps(plan, { ramps: 12 });
  expect(study.withFaults?.caught.share).toBe(1);
  expect(study.withFaults?.timeToDetectMs?.median).toBeGreaterThan(0);
  expect(study.withFaults?.timeToDetectMs?.highest).toBeLessThan(15_000);
  expect(study.withFaults?.harmed?.median).toBeGreaterThan(20);
  expect(study.withoutFaults.stopped.count).toBe(0);
  expect(study.sameTwice.stopped.high).toBeLessThan(0.3);
  expect(rampStudyText(study)).toContain("time to detect");
});

test("a scenario without a ramp is refused", async () => {
  const plan = planOf("name: none\nworkload: { ratePerSecond: 10 }");
  await expect(studyRamps(plan, { ramps: 1 })).rejects.toThrow(/no ramp/);
});
