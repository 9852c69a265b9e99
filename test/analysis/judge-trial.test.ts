import { expect, test } from "vitest";
import { parseGoal } from "../../src/analysis/goal.ts";
import { judgeTrial } from "../../src/analysis/judge-trial.ts";
import { type Synthetic, syntheticResult } from "./synthetic-result.ts";

const goals = [parseGoal("responseTime.p99 < 200ms"), parseGoal("errorRate < 1%")];

/** Every second far too late, at a whole core of the driver's own. */
const outOfCpu = () => ({
  pacerLagP50Ms: 20,
  pacerLagP99Ms: 150,
  pacerLagMaxMs: 200,
  lateShare: 0.9,
  cpuShare: 0.98,
});
/** One second late, because the driver was stopped. */
const stopped = (second: number) =>
  second === 3 ? { pacerLagP50Ms: 300, pacerLagP99Ms: 900, pacerLagMaxMs: 1000, cpuShare: 0.05 } : {};

test.each<[string, Synthetic, string, boolean]>([
  ["within its goals is met", { p99: 80 }, "met", false],
  ["beyond one goal is missed", { p99: 400 }, "missed", false],
  ["near its goal is close", { p99: 195 }, "met", true],
  ["within its goals in spite of a late second is met", { p99: 80, health: stopped }, "met", false],
  ["that the driver can't make is bound", { p99: 80, health: outOfCpu }, "bound", false],
  ["missed beyond all lateness of the driver is missed", { p99: 900, health: outOfCpu }, "missed", false],
  [
    "missed in a run that was stopped for a second is undecided",
    { p99: 400, health: stopped },
    "undecided",
    false,
  ],
  ["missed beyond the lateness of a busy machine is missed", { p99: 3000, health: stopped }, "missed", false],
])("a trial %s", (_, synthetic, outcome, isClose) => {
  expect(judgeTrial(syntheticResult(synthetic), "old", goals)).toMatchObject({ outcome, isClose });
});

test("a trial with too few requests for its goal is undecided", () => {
  const result = syntheticResult();
  const { old } = result.totals.versions;
  const { p99: _, ...withoutP99 } = old.responseTimeMs;
  const versions = { ...result.totals.versions, old: { ...old, responseTimeMs: withoutP99 } };
  const judged = judgeTrial({ ...result, totals: { ...result.totals, versions } }, "old", goals);
  expect(judged.outcome).toBe("undecided");
  expect(judged.goals.map(({ state }) => state)).toEqual(["unknown", "met"]);
});
