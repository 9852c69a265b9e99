import { describe, expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import { rampSteps } from "../../src/simulate/ramp/ramp-steps.ts";
import { studyRamps } from "../../src/simulate/ramp/study-ramps.ts";
import { rampStudyText } from "../../src/simulate/ramp/text.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { allAtOnce } from "../../src/simulate/steps.ts";
import { planText } from "../scenario/scenario-text.ts";

const ramp = (extra: string) =>
  planText(`
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
  const { phase, decisions, windows } = allAtOnce(
    rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 7),
  ).watch;
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
  const { phase, decisions, windows } = allAtOnce(
    rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 3),
  ).watch;
  expect(phase).toBe("rolled back");
  const decidedAtMs = decisions.find(({ kind }) => kind === "roll back")?.atMs ?? 0;
  expect(decidedAtMs).toBeGreaterThan(12_000);
  const later = windows.filter(({ atMs }) => atMs > decidedAtMs + 1000);
  expect(later.length).toBeGreaterThan(3);
  for (const { samples } of later) expect(samples.new.counts.scheduled).toBe(0);
});

test("the same seed plays the same ramp", () => {
  const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 10% } ]");
  expect(allAtOnce(rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 5)).watch).toEqual(
    allAtOnce(rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 5)).watch,
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
  const plan = planText("name: none\nworkload: { ratePerSecond: 10 }");
  await expect(studyRamps(plan, { ramps: 1 })).rejects.toThrow(/no ramp/);
});

describe("a plain simulation of a scenario with a ramp", () => {
  const faulty = () => ramp("faults: [ { at: 12s, service: new, kind: errors, share: 60% } ]");

  test("tells of it as a run does: a stage for each split, decisions, and the rollback among the events", async () => {
    const { stages, rollout, events, totals, simulation } = await simulatePlan(faulty());
    expect(simulation?.replications).toBe(1);
    expect(stages.map(({ name }) => name)).toEqual([
      "warm-up",
      "step 1: 20 %",
      "step 2: 60 %",
      "rolled back: 0 %",
    ]);
    expect(rollout?.phase).toBe("rolled back");
    const rollback = rollout?.decisions.find(({ kind }) => kind === "roll back");
    expect(stages.at(-1)?.startMs).toBe(rollback?.atMs);
    expect(events.filter(({ kind }) => kind === "split").at(-1)?.message).toContain("to 0 %");
    expect(stages.at(-1)?.versions.new.scheduled).toBe(0);
    expect(stages.at(-1)?.split.realised).toBe(0);
    const counted = versions.reduce((sum, version) => sum + totals.versions[version].scheduled, 0);
    expect(counted).toBe(totals.due);
  });

  test("decides as the one ramp of that seed does", async () => {
    const plan = faulty();
    const { rollout } = await simulatePlan(plan);
    const played = allAtOnce(
      rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, plan.seed),
    ).watch;
    expect(rollout?.decisions.map(({ sentence }) => sentence)).toEqual(
      played.decisions.map(({ sentence }) => sentence),
    );
  });

  test("is one course of events: more replications are refused", async () => {
    await expect(simulatePlan(faulty(), { replications: 5 })).rejects.toThrow(/--ramps 5/);
  });

  test("is the same to the last byte for any threads", async () => {
    const [one, three] = await Promise.all([1, 3].map((threads) => simulatePlan(faulty(), { threads })));
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
  });
});

describe("steps with copies and a header's route", () => {
  const stepped = (steps: string, extra = "") =>
    planText(`
name: steps
users: 5000
workload:
  ratePerSecond: 200
  requests: [ { path: /, weight: 3 }, { path: /beta, headers: { x-beta: "1" } } ]
split: { by: request }
services: { old: { mock: { serviceTime: 5ms } }, new: { mock: { serviceTime: 5ms, errors: 20% } } }
rollout: { steps: ${steps}, gates: [ { metric: errorRate, of: new, max: 5%, minSamples: 50 } ], onFail: pause }
run: { warmUp: 1s, grace: 1s }
${extra}`);

  test("copy what their step says, and judge new by its copies where it gets nothing else", async () => {
    const plan = stepped("[ { new: 0%, mirror: 50%, hold: 10s }, { new: 50%, hold: 10s } ]");
    const { mirror, rollout, stages } = await simulatePlan(plan);
    expect(rollout?.phase).toBe("paused");
    expect(rollout?.decisions.at(-1)?.sentence).toMatch(/errorRate/);
    expect(stages.some(({ versions: { new: after } }) => after.scheduled > 0)).toBe(false);
    // Half of the requests of old, all the time that the step is held.
    const asked = stages.reduce((sum, { due }) => sum + due, 0);
    expect((mirror?.copied ?? 0) / asked).toBeCloseTo(0.5, 1);
    expect((mirror?.failed ?? 0) / (mirror?.copied ?? 1)).toBeCloseTo(0.2, 1);
  });

  test("send new everybody with the header, beside its share", async () => {
    const plan = stepped(
      '[ { new: 0%, headerRoute: { header: x-beta, equals: "1" }, hold: 10s }, { new: 40%, hold: 10s } ]',
      "",
    );
    const { stages } = await simulatePlan({
      ...plan,
      rollout: plan.rollout && { ...plan.rollout, gates: [] },
    });
    const shares = stages
      .filter(({ warmUp }) => !warmUp)
      .map(({ due, versions: { new: after } }) => after.scheduled / due);
    expect(shares[0]).toBeCloseTo(0.25, 1);
    expect(shares[1]).toBeCloseTo(0.4, 1);
  });
});

describe("a trace", () => {
  test("brings its requests at its times, up to the end of the run", async () => {
    const plan = planText(
      "name: trace\nworkload: { arrivals: { trace: some.csv } }\nrun: { duration: 4s, warmUp: 0s }",
    );
    const trace = [0, 10, 20, 1500, 3999, 4000, 9000];
    const { totals, seconds, assumptions } = await simulatePlan(plan, { trace, replications: 1 });
    expect(totals.due).toBe(5);
    expect(seconds.filter(({ due }) => due > 0).map(({ second, due }) => [second, due])).toEqual([
      [0, 3],
      [1, 1],
      [3, 1],
    ]);
    expect(assumptions.join()).toContain("times of the trace");
  });

  test("without its times is refused", async () => {
    const plan = planText("name: trace\nworkload: { arrivals: { trace: some.csv } }");
    await expect(simulatePlan(plan)).rejects.toThrow(/times were not given/);
  });
});
