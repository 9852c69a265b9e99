import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import type { DriverPlan } from "../../../src/measure/driver/messages.ts";
import { addCounts, type OutcomeCounts, type WindowDelta, zeroCounts } from "../../../src/result/window.ts";
import { closedLoad, constantLoad, driverPlan } from "../engines/driver-plan.ts";
import { type ServerProcess, startServerProcess } from "../engines/server-process.ts";
import { DriverProcess } from "./driver-process.ts";

let server: ServerProcess;
let directory: string;
beforeAll(async () => {
  server = await startServerProcess();
  directory = mkdtempSync(join(tmpdir(), "twinlane-driver-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

async function run(plan: DriverPlan, drivers: readonly DriverProcess[]): Promise<void> {
  const of = drivers.length;
  const preparing = drivers.map((process, driver) =>
    process.prepare(plan, server.port, { driver, of, directory }),
  );
  await Promise.all(preparing);
  const originMs = systemClock.nowMs() + 50 + plan.timeline.warmUpMs;
  for (const driver of drivers) driver.send({ type: "start", originMs });
  await Promise.all(drivers.map((driver) => driver.exited));
}

describe("a driver process", () => {
  test("reports windows that add up to its totals, health each second, and exits", async () => {
    const plan = driverPlan({
      load: constantLoad(300, 2200, 500),
      durationMs: 2200,
      warmUpMs: 500,
      split: { newPerMillion: 100_000 },
    });
    const driver = new DriverProcess();
    await run(plan, [driver]);
    expect(driver.child.exitCode).toBe(0);
    expect(driver.totals?.due).toBe(810);
    expect(driver.totals?.counts.completed).toBe(810);
    expect(sumOf(driver.windows)).toEqual(driver.totals?.counts);
    expect(dueOf(driver.windows)).toBe(810);
    expect(measuredDue(driver.windows)).toBe(660);
    expect(driver.windows.length).toBeGreaterThanOrEqual(3);
    expect(driver.healths).toHaveLength(driver.windows.length);
    const sent = driver.healths.reduce((sum, health) => sum + health.sent, 0);
    expect(sent).toBe(810);
    for (const health of driver.healths) {
      expect(health.pacerLag.count).toBe(health.due);
      expect(health.cpuShare).toBeGreaterThan(0);
      expect(health.eventLoop.utilisation).toBeGreaterThan(0);
      expect(health.residentBytes).toBeGreaterThan(10e6);
    }
  });

  test("shares the schedule with others: together they send what one would", async () => {
    const plan = driverPlan({ load: constantLoad(300, 1000), durationMs: 1000 });
    const drivers = [new DriverProcess(), new DriverProcess(), new DriverProcess()];
    await run(plan, drivers);
    expect(drivers.map((driver) => driver.totals?.due)).toEqual([100, 100, 100]);
    expect(sumOf(drivers.flatMap((driver) => driver.windows)).completed).toBe(300);
  });

  test("plays closed users, each on a connection of their own", async () => {
    const plan = driverPlan({ load: closedLoad(50, 100), limits: { maxConnections: 50 } });
    const driver = new DriverProcess();
    await run(plan, [driver]);
    expect(driver.totals?.connectionsOpened).toBe(50);
    expect(driver.totals?.counts.completed).toBeGreaterThan(50);
    expect(driver.totals?.counts.completed).toBe(driver.totals?.due);
  });

  test("replays a trace with values from a CSV file", async () => {
    writeFileSync(join(directory, "trace.csv"), "ms,path\n0,/ok\n10,/delay/1\n20,/ok\n");
    writeFileSync(join(directory, "times.csv"), "ms\n1\n2\n");
    const plan = driverPlan({
      load: { kind: "trace", file: "trace.csv", speed: 1 },
      endpoints: [{ path: "/delay/{csv:times.csv:ms}" }, { path: "/ok" }],
    });
    const driver = new DriverProcess();
    await run(plan, [driver]);
    expect(driver.totals?.counts.completed).toBe(3);
    const perEndpoint = driver.windows.flatMap(({ endpoints }) => endpoints);
    expect(perEndpoint.map(({ endpoint, counts }) => [endpoint, counts.completed]).toSorted()).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("follows a change of the split", async () => {
    const plan = driverPlan({ load: constantLoad(200, 1000), durationMs: 1000 });
    const driver = new DriverProcess();
    await driver.prepare(plan, server.port);
    driver.send({ type: "start", originMs: systemClock.nowMs() + 50 });
    const stage = { name: "all to new", startMs: 500, endMs: 1000, warmUp: false, newShare: 1 };
    setTimeout(
      () => driver.send({ type: "set-split", split: { newPerMillion: 1_000_000 }, stages: [stage] }),
      500,
    );
    await driver.exited;
    const toNew = driver.windows.flatMap(({ cells }) =>
      cells.map(({ arms }) => arms.new?.counts.scheduled ?? 0),
    );
    const count = toNew.reduce((sum, one) => sum + one, 0);
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThan(180);
  });

  test("stops when told, and what it sent is in the totals", async () => {
    const plan = driverPlan({ load: constantLoad(200, 60_000), durationMs: 60_000 });
    const driver = new DriverProcess();
    await driver.prepare(plan, server.port);
    driver.send({ type: "start", originMs: systemClock.nowMs() });
    setTimeout(() => driver.send({ type: "stop" }), 400);
    await driver.exited;
    expect(driver.totals?.due).toBeGreaterThan(10);
    expect(driver.totals?.counts.completed).toBe(driver.totals?.due);
    expect(sumOf(driver.windows)).toEqual(driver.totals?.counts);
  });

  test("exits when its coordinator goes away", async () => {
    const driver = new DriverProcess();
    await driver.prepare(driverPlan({ load: constantLoad(200, 60_000), durationMs: 60_000 }), server.port);
    driver.send({ type: "start", originMs: systemClock.nowMs() });
    setTimeout(() => driver.child.disconnect(), 200);
    await driver.exited;
    expect(driver.totals).toBeUndefined();
  });

  test.each<[string, Partial<DriverPlan>, string]>([
    [
      "a trace that is missing",
      { load: { kind: "trace", file: "none.csv", speed: 1 } },
      "scenario-unreadable",
    ],
    ["a trace outside", { load: { kind: "trace", file: "../none.csv", speed: 1 } }, "scenario-unreadable"],
    ["fewer connections than users", { load: closedLoad(5000, 10) }, "scenario-invalid"],
  ])("says why it can't: %s", async (_name, choices, code) => {
    const driver = new DriverProcess();
    await driver.prepare({ ...driverPlan(), ...choices }, server.port, { directory });
    driver.child.disconnect();
    await driver.exited;
    expect(driver.failure?.code).toBe(code);
  });

  test("says when the target refuses connections", async () => {
    const gone = await startServerProcess();
    await gone.stop();
    const driver = new DriverProcess();
    await driver.prepare(driverPlan(), gone.port);
    driver.child.disconnect();
    await driver.exited;
    expect(driver.failure).toMatchObject({ code: "target-unreachable" });
    expect(driver.failure?.sentence).toContain("refused");
  });

  test("that is out of descriptors counts its own failures, and charges none to the target", async () => {
    const plan = driverPlan({
      load: constantLoad(200, 800),
      durationMs: 800,
      graceMs: 200,
      endpoints: [{ path: "/silence" }],
      limits: { maxQueueAgeMs: 100 },
    });
    const driver = new DriverProcess(60);
    await run(plan, [driver]);
    expect(driver.totals?.due).toBe(160);
    expect(driver.totals?.counts.failed).toBe(0);
    expect(driver.totals?.counts.notSent).toBeGreaterThan(0);
    expect(Object.keys(driver.totals?.connectionFailures ?? {})).toEqual(["generator-descriptors"]);
    expect(driver.healths.some((health) => health.generatorFailures > 0)).toBe(true);
  });
});

function sumOf(windows: readonly WindowDelta[]): OutcomeCounts {
  const arms = windows.flatMap(({ cells }) => cells.flatMap((cell) => [cell.arms.old, cell.arms.new]));
  return arms.reduce((sum, arm) => (arm === undefined ? sum : addCounts(sum, arm.counts)), zeroCounts);
}

function dueOf(windows: readonly WindowDelta[]): number {
  return windows.flatMap(({ cells }) => cells).reduce((sum, { due }) => sum + due, 0);
}

function measuredDue(windows: readonly WindowDelta[]): number {
  const cells = windows.flatMap((window) => window.cells).filter(({ second }) => second >= 0);
  return cells.reduce((sum, { due }) => sum + due, 0);
}
