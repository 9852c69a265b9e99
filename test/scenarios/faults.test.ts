import { describe, expect, onTestFinished, test } from "vitest";
import { type Version, versions } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { childrenOf, eventually, isAlive, start, temporaryDirectory, twinlane } from "../cli/twinlane.ts";

async function run(name: string, settings: readonly string[]): Promise<RunResult> {
  const set = [...settings, "run.calibrate=false"].flatMap((setting) => ["--set", setting]);
  const out = temporaryDirectory();
  const { stdout, stderr } = await twinlane("run", `scenarios/${name}.yaml`, "--json", "--out", out, ...set);
  if (stdout === "") throw new Error(stderr);
  const result = JSON.parse(stdout) as RunResult;
  for (const version of versions) expect(isBalanced(result.totals.versions[version])).toBe(true);
  expect(result.totals.versions.old.scheduled + result.totals.versions.new.scheduled).toBe(result.totals.due);
  return result;
}

/** Requests that were not answered well, scheduled in the seconds from `fromSecond` to before `toSecond`. */
function lost(
  { seconds }: RunResult,
  fromSecond: number,
  toSecond: number,
  which: readonly Version[] = versions,
) {
  return seconds
    .filter(({ second }) => second >= fromSecond && second < toSecond)
    .flatMap(({ versions: arms }) => which.map((version) => arms[version]))
    .reduce((sum, arm) => sum + (arm === undefined ? 0 : arm.scheduled - arm.completed), 0);
}

describe("a switch without downtime", () => {
  test("loses no request from the first step until old is gone", async () => {
    const steps = [0, 1, 2].map((index) => `rollout.steps.${index}.hold=2s`);
    const result = await run("switch-without-downtime", [
      "run.warmUp=1s",
      "run.duration=16s",
      "rollout.bake=2s",
      "rollout.drain=2s",
      // Gates wait for windows that can be trusted, which a busy machine may not give.
      "rollout.gates=[]",
      ...steps,
    ]);
    const { totals, rollout, requirements, seconds, events, resources } = result;
    expect(rollout?.phase).toBe("finished");
    expect(rollout?.decisions.map(({ kind }) => kind).slice(-3)).toEqual([
      "promote",
      "drain old",
      "release old",
    ]);
    expect(totals.versions.old.completed + totals.versions.new.completed).toBe(totals.due);
    const released = rollout?.decisions.at(-1)?.atMs ?? Number.NaN;
    const later = seconds.filter(({ second }) => second * 1000 > released);
    expect(later.length).toBeGreaterThan(0);
    expect(later.every(({ versions: arms }) => (arms.old?.scheduled ?? 0) === 0)).toBe(true);
    expect(events.some(({ kind }) => kind === "process-ended")).toBe(false);
    const lastOfOld = resources.find(({ role }) => role === "old")?.samples.at(-1)?.atMs;
    expect(lastOfOld).toBeLessThan(released + 2000);
    expect(requirements.find(({ name }) => name.startsWith("Switching versions"))?.state).toBe("met");
  }, 60_000);
});

describe("restarts in order", () => {
  test("of new, of the splitter and of old lose no request, neither reads nor writes", async () => {
    const times = [2, 5, 8].map((second, index) => `faults.${index}.at=${second}s`);
    const result = await run("restarts-in-order", ["run.warmUp=1s", "run.duration=12s", ...times]);
    const { totals, events, stages, reaction } = result;
    expect(result.completeness.state).toBe("complete");
    expect(totals.versions.old.completed + totals.versions.new.completed).toBe(totals.due);
    for (const version of versions) expect(totals.versions[version].rerouted).toBeGreaterThan(0);
    const writes = stages.flatMap(({ endpoints }) => endpoints.filter(({ name }) => name === "write"));
    expect(writes.some(({ versions: arms }) => (arms.old?.completed ?? 0) > 50)).toBe(true);
    expect(events.filter(({ kind }) => kind === "restart")).toHaveLength(6);
    expect(events.some(({ kind }) => kind === "process-ended" || kind === "fault")).toBe(false);
    expect(reaction).toBeUndefined();
  }, 60_000);
});

describe("restarts of everything", () => {
  test("hurt exactly those who depend on what is gone, and only then", async () => {
    const times = [2, 5, 8, 10, 14].map((second, index) => `faults.${index}.at=${second}s`);
    const result = await run("restarts", ["run.warmUp=1s", "run.duration=20s", "faults.0.for=1s", ...times]);
    const { totals, events } = result;
    expect(result.completeness.state).toBe("complete");
    // In the second before a crash a request may be under way at what is killed: seconds 1 and 9 are left out.
    // New's crash: only what new had under way when it was killed.
    expect(lost(result, -1, 9, ["old"])).toBe(0);
    expect(lost(result, 0, 1)).toBe(0);
    expect(lost(result, 2, 5)).toBeLessThan(30);
    // A cache that is out and a splitter that stands still for 300 ms lose nothing.
    expect(lost(result, 5, 9)).toBe(0);
    // Database and splitter are everybody's.
    expect(lost(result, 10, 13, ["old"])).toBeGreaterThan(50);
    expect(lost(result, 14, 18, ["old"])).toBeGreaterThan(50);
    expect(lost(result, 18, 20)).toBe(0);
    expect(totals.versions.old.rerouted).toBeGreaterThan(10);
    const faults = events.filter(({ kind }) => kind === "fault").map(({ message }) => message);
    expect(faults).toEqual([
      "new was killed",
      "new was started again",
      "the cache went away: every read goes to the database",
      "the cache answers again",
      "splitter stands still",
      "splitter moves again",
      "database was killed",
      "database was started again",
      "splitter was killed",
      "splitter was started again",
    ]);
    // What was lost at the splitter is told by class, and counted as failed, not as lost from the books.
    expect(totals.versions.old.errors["refused"]).toBeGreaterThan(50);
  }, 90_000);
});

describe("a driver that stands still", () => {
  test("taints its window, and neither version is charged with it", async () => {
    const fault = 'faults=[{"at":"3s","for":"1500ms","service":"driver","kind":"hang"}]';
    const { validity, totals, health } = await run("new-is-down", [
      "run.warmUp=1s",
      "run.duration=8s",
      fault,
    ]);
    expect(validity.state).not.toBe("VALID");
    expect(Math.max(...health.map(({ pacerLagMaxMs }) => pacerLagMaxMs))).toBeGreaterThan(1200);
    const tainted = validity.windows?.filter(({ process }) => process === "driver") ?? [];
    expect(tainted.some(({ startMs, endMs }) => startMs < 4500 && endMs > 4400)).toBe(true);
    for (const version of versions) {
      expect(totals.versions[version].failed + totals.versions[version].timedOut).toBe(0);
    }
  }, 60_000);
});

describe("the reaction to a fault of new", () => {
  const ramp = ['rollout.steps=[{"new":"50%","hold":"60s"}]', "rollout.gates=[]", "faults.0.at=3s"];
  test.each<[loop: string, settings: readonly string[]]>([
    ["guard", []],
    ["breaker", ['rollout.breaker={"consecutiveFailures":4}']],
  ])(
    "by the %s comes in order, and new is asked nothing after the split is at 0",
    async (loop, settings) => {
      const result = await run("ramp-with-rollback", [
        "run.warmUp=1s",
        "run.duration=10s",
        ...ramp,
        ...settings,
      ]);
      const [reaction, ...others] = result.reaction ?? [];
      expect(others).toEqual([]);
      const { faultAtMs, firstFailedMs, decidedMs, decidedBy, zeroMs, lastSentMs, lastAnsweredMs } =
        reaction ?? {};
      expect(decidedBy).toBe(loop);
      const course = [faultAtMs, firstFailedMs, decidedMs, zeroMs].map((ms) => ms ?? Number.NaN);
      expect(course).toEqual(course.toSorted((left, right) => left - right));
      expect(lastSentMs).toBeLessThanOrEqual(zeroMs ?? Number.NaN);
      expect(lastAnsweredMs).toBeGreaterThan(lastSentMs ?? Number.NaN);
      const { harmedRequests, harmedUsers } = reaction ?? {};
      // Nothing had failed before; what was scheduled just before the fault may have met it.
      expect(harmedRequests).toBe(lost(result, 0, 10, ["new"]));
      expect(harmedUsers).toMatchObject({ isExact: true });
      expect(harmedUsers?.count).toBeGreaterThan(0);
      expect(harmedUsers?.count).toBeLessThanOrEqual(harmedRequests ?? 0);
      const { failed, timedOut, notSent } = result.totals.versions.old;
      expect([failed, timedOut, notSent]).toEqual([0, 0, 0]);
    },
    60_000,
  );
});

test("a service that stands still dies with its coordinator, however that one dies", async () => {
  const fault = 'faults=[{"at":"1s","for":"60s","service":"new","kind":"hang"}]';
  const settings = [fault, "run.warmUp=1s", "run.calibrate=false"].flatMap((setting) => ["--set", setting]);
  const out = temporaryDirectory();
  const { child, shows } = start(["run", "scenarios/new-is-down.yaml", "--out", out, ...settings]);
  await shows("warm-up");
  await new Promise((resolve) => setTimeout(resolve, 3500));
  const family = childrenOf(child.pid ?? 0);
  onTestFinished(() => {
    for (const pid of family.filter(isAlive)) process.kill(pid, "SIGKILL");
  });
  // Two services, the splitter, the driver.
  expect(family.length).toBeGreaterThanOrEqual(4);
  child.kill("SIGKILL");
  expect(await eventually(() => !family.some(isAlive))).toBe(true);
}, 60_000);
