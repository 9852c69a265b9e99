import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { isBalanced } from "../../src/result/window.ts";
import { childrenOf, eventually, onlyRun, resultIn, start, temporaryDirectory } from "../cli/twinlane.ts";

const stopMs = 1200;

/** The driver among the processes of a run; what it forked itself is no child of the run's. */
function driverOf(pid: number): number | undefined {
  return childrenOf(pid).find((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, "latin1").includes("measure/driver/main");
    } catch {
      return false;
    }
  });
}

test("a driver stopped for a second taints its window, and not the service", {
  timeout: 60_000,
}, async () => {
  const out = temporaryDirectory();
  const settings = ["run.duration=6s", "run.warmUp=1s", "run.calibrate=false", "slo.responseTimeP99=600ms"];
  const { child, ended, shows } = start([
    "run",
    "scenarios/quickstart.yaml",
    "--out",
    out,
    ...settings.flatMap((setting) => ["--set", setting]),
  ]);
  const run = child.pid ?? 0;
  await shows("warm-up");
  let driver: number | undefined;
  expect(
    await eventually(() => {
      driver = driverOf(run);
      return driver !== undefined;
    }),
  ).toBe(true);
  const pid = driver ?? 0;
  await sleep(2500);
  process.kill(pid, "SIGSTOP");
  onTestFinished(() => {
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // It has ended, as it should.
    }
  });
  await sleep(stopMs);
  process.kill(pid, "SIGCONT");
  await ended;

  const { validity, health, totals, verdict } = resultIn(onlyRun(out));
  expect(validity.state).not.toBe("VALID");
  const worst = health.toSorted((left, right) => right.pacerLagMaxMs - left.pacerLagMaxMs)[0];
  expect(worst?.pacerLagMaxMs).toBeGreaterThan(stopMs * 0.8);
  const tainted = validity.windows?.filter(({ process }) => process === "driver") ?? [];
  const atMs = worst?.atMs ?? Number.NaN;
  expect(tainted.some(({ startMs, endMs }) => startMs < atMs && atMs <= endMs)).toBe(true);
  expect(validity.reasons.join("\n")).toContain("The driver sent");
  for (const arm of [totals.versions.old, totals.versions.new]) expect(isBalanced(arm)).toBe(true);
  const slo = verdict.checks.filter(({ name }) => name.includes("response time p99"));
  for (const { state } of slo) expect(state).not.toBe("FAIL");
  // A second without a generator is no second without requests: they were due, and all are booked.
  expect(totals.versions.old.scheduled + totals.versions.new.scheduled).toBe(totals.due);
});
