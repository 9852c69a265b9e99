import { expect, test } from "vitest";
import type { Version } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { simulated } from "./library.ts";

/** The share of requests answered well, of those that came due from one second to another. */
function answered({ seconds }: RunResult, version: Version, from: number, to: number): number {
  const arms = seconds.flatMap(({ second, versions }) => {
    const arm = second >= from && second < to ? versions[version] : undefined;
    return arm === undefined ? [] : [arm];
  });
  const sum = (of: (arm: (typeof arms)[number]) => number) => arms.reduce((total, arm) => total + of(arm), 0);
  return sum(({ completed }) => completed) / sum(({ scheduled }) => scheduled);
}

function dueFrom({ seconds }: RunResult, from: number, version: Version): number {
  return seconds.reduce((sum, { second, versions }) => {
    return sum + (second >= from ? (versions[version]?.scheduled ?? 0) : 0);
  }, 0);
}

test("a storm of retries outlives the two slow seconds that began it", async () => {
  const storm = await simulated("../retry-storm");
  expect(answered(storm, "new", 0, 9)).toBe(1);
  expect(answered(storm, "new", 30, 40)).toBeLessThan(0.1);
  expect(answered(storm, "old", 0, 40)).toBe(1);
  // Whoever comes asks four times: three retries each, but for the few that the trouble found under way.
  const { retried = 0 } = storm.retries?.new ?? {};
  expect(retried / dueFrom(storm, 10, "new")).toBeGreaterThan(2.9);
  expect(retried / dueFrom(storm, 10, "new")).toBeLessThan(3.1);
});

test("a budget ends it, and never gives more than it earned", async () => {
  const calm = await simulated("../retry-storm", "workload.retries.budget.share=10%");
  expect(answered(calm, "new", 10, 12)).toBeLessThan(0.5);
  expect(answered(calm, "new", 20, 40)).toBeGreaterThan(0.999);
  const { retried = 0, overBudget = 0 } = calm.retries?.new ?? {};
  expect(overBudget).toBeGreaterThan(0);
  // A tenth of all requests from the fault on, and the ten that may be saved up, in each replication.
  const earned = 0.1 * (dueFrom(calm, 10, "old") + dueFrom(calm, 10, "new"));
  expect(retried).toBeLessThanOrEqual(earned + 10 * (calm.simulation?.replications ?? 0));
});
