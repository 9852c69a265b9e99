import { describe, expect, test } from "vitest";
import type { RunResult, StageResult } from "../../src/result/schema.ts";
import { temporaryDirectory, twinlane } from "../cli/twinlane.ts";

async function run(name: string, ...settings: readonly string[]): Promise<RunResult> {
  const set = ["run.calibrate=false", "run.warmUp=1s", ...settings].flatMap((each) => ["--set", each]);
  const out = temporaryDirectory();
  const { stdout } = await twinlane("run", `scenarios/${name}.yaml`, "--json", "--out", out, ...set);
  return JSON.parse(stdout) as RunResult;
}

const holds = (hold: string) => [0, 1, 2, 3].map((index) => `rollout.steps.${index}.hold=${hold}`);

describe("a ramp of copies, then testers, then a share", () => {
  test("sends new what each step says and nothing else", async () => {
    const { rollout, stages, mirror, totals, events } = await run(
      "copies-then-testers",
      ...holds("3s"),
      "rollout.gates=[]", // where the load comes late, a gate has nothing to judge and pauses the ramp
      "run.duration=20s",
    );
    expect(rollout?.phase).toBe("finished");
    const [, copies, testers, both, all] = stages;
    expect(stages.slice(1, 5).map(({ name }) => name)).toEqual([
      "step 1: 0 %",
      "step 2: 0 %",
      "step 3: 20 %",
      "step 4: 100 %",
    ]);
    expect(copies?.versions.new.scheduled).toBe(0);
    // A request of the second in which the split changed is booked where it came due, and split as it arrived.
    expect(toNew(testers, "read")).toBeLessThan(5);
    expect(toOld(testers, "tester's read")).toBeLessThan(5);
    expect(toNew(testers, "tester's read")).toBeGreaterThan(20);
    expect(toOld(both, "tester's read")).toBeLessThan(5);
    expect(toNew(both, "read")).toBeGreaterThan(20);
    expect(toOld(both, "read")).toBeGreaterThan(toNew(both, "read"));
    expect(toOld(all, "read")).toBeLessThan(5);
    expect(both?.split.configured).toBeCloseTo(0.1 + 0.9 * 0.2, 6);
    expect(mirror?.answered).toBeGreaterThan((copies?.due ?? 0) * 0.8);
    expect(totals.versions.old.rerouted + totals.versions.new.rerouted).toBe(0);
    const changes = events.filter(({ kind }) => kind === "split").map(({ message }) => message);
    expect(changes).toEqual([
      "share of new stays at 0 %, copies of 0 %, all with x-beta: 1 to new, asked by judge",
      "share of new from 0 % to 20 %, copies of 50 %, asked by judge",
      "share of new from 20 % to 100 %, copies of 0 %, no header's own route, asked by judge",
    ]);
  }, 90_000);

  test("judges new by its answers to copies while it gets nothing else, with the numbers in the result", async () => {
    const fault = '[{"at":"1s","service":"new","kind":"errors","share":"50%"}]';
    const { rollout, totals, mirror } = await run(
      "copies-then-testers",
      "run.duration=7s",
      `faults=${fault}`,
      "rollout.gates=[]",
    );
    expect(rollout?.phase).toBe("rolled back");
    expect(totals.versions.new.scheduled).toBe(0);
    expect(totals.versions.old.completed).toBe(totals.due);
    expect(mirror?.answered).toBeGreaterThan(100);
    const decision = rollout?.decisions.at(-1);
    expect([decision?.loop, decision?.kind, decision?.mirrorShare]).toEqual(["guard", "roll back", 0]);
    const evidence = decision?.evidence;
    if (evidence?.kind !== "guard") throw new Error("the guard tells its numbers");
    expect(evidence.errorRate).toBeGreaterThan(0.3);
    expect(evidence.samples).toBeGreaterThan(50);
  }, 60_000);
});

test("a version that crashes in a ramp is taken back, although no user sees an error", async () => {
  const { rollout, totals, events } = await run(
    "ramp-with-rollback",
    "run.duration=12s",
    'faults=[{"at":"3s","service":"new","kind":"crash"}]',
    "rollout.steps.0.hold=30s",
  );
  expect(rollout?.phase).toBe("rolled back");
  const decision = rollout?.decisions.find(({ kind }) => kind === "roll back");
  const evidence = decision?.evidence;
  if (evidence?.kind !== "outage") throw new Error(`an outage is told, not ${evidence?.kind}`);
  expect(evidence.outMs).toBeGreaterThanOrEqual(evidence.limitMs);
  const unhealthy = events.find(({ kind }) => kind === "unhealthy");
  expect(evidence.cause).toBe(unhealthy?.message);
  expect(totals.versions.old.failed).toBe(0);
}, 60_000);

function endpointOf(stage: StageResult | undefined, name: string) {
  return stage?.endpoints.find((endpoint) => endpoint.name === name)?.versions;
}

function toNew(stage: StageResult | undefined, name: string): number {
  return endpointOf(stage, name)?.new?.scheduled ?? 0;
}

function toOld(stage: StageResult | undefined, name: string): number {
  return endpointOf(stage, name)?.old?.scheduled ?? 0;
}
