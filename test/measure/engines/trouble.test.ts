import { describe, expect, test } from "vitest";
import { versions } from "../../../src/base/version.ts";
import type { Observation } from "../../../src/result/observation.ts";
import { isBalanced } from "../../../src/result/window.ts";
import { closedLoad, constantLoad, driverPlan } from "./driver-plan.ts";
import { play } from "./play.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { startTestServer } from "./test-server.ts";

describe.each([
  ["open loop", constantLoad(400, 1400), 560],
  ["closed users", closedLoad(40, 20), undefined],
])("a server killed half-way, %s", (_name, load, expected) => {
  test("every request is in the ledger once, per version and in total", async () => {
    const server = await startServerProcess();
    const plan = driverPlan({ load, durationMs: 1400, split: { newPerMillion: 300_000 } });
    const { totals, observations } = await play(plan, server.port, {
      meanwhile: () => setTimeout(server.stop, 700),
    });
    expect(isBalanced(totals.counts)).toBe(true);
    if (expected !== undefined) expect(totals.due).toBe(expected);
    expect(totals.counts.scheduled).toBe(totals.due);
    expect(observations).toHaveLength(totals.due);
    for (const version of versions) {
      const own = observations.filter((observation) => observation.version === version);
      expect(classesOf(own).ok).toBeGreaterThan(0);
      expect(classesOf(own).failed).toBeGreaterThan(0);
    }
    const failures = new Set(observations.map(({ errorClass }) => errorClass));
    for (const failure of failures) expect(["", "reset", "closed", "refused"]).toContain(failure);
  });

  test("once it is back, requests are answered again", async () => {
    const first = await startServerProcess();
    const plan = driverPlan({ load, durationMs: 2000 });
    let second: ServerProcess | undefined;
    const { observations, originMs } = await play(plan, first.port, {
      meanwhile: () =>
        setTimeout(async () => {
          await first.stop();
          second = await startServerProcess(first.port);
        }, 200),
    });
    await second?.stop();
    if (load.kind === "open") expect(observations.length).toBe(560);
    const late = observations.filter(({ scheduledMs }) => scheduledMs > originMs + 1700);
    for (const { outcome } of late) expect(outcome).toBe("ok");
  });
});

describe("more load than the connections can carry", () => {
  const load = constantLoad(200, 1000);

  test("waits in line, and what waits too long is not sent, and counted", async () => {
    const server = await startTestServer();
    const plan = driverPlan({
      load,
      durationMs: 1000,
      endpoints: [{ path: "/delay/100" }],
      limits: { maxConnections: 2, maxQueueAgeMs: 200 },
    });
    const { totals, observations } = await play(plan, server.port);
    server.close();
    expect(totals.connectionsOpened).toBe(2);
    expect(totals.due).toBe(200);
    expect(isBalanced(totals.counts)).toBe(true);
    expect(totals.counts.notSent).toBeGreaterThan(100);
    expect(totals.counts.completed).toBeGreaterThan(5);
    for (const { outcome, errorClass, sentMs } of observations) {
      if (outcome !== "not-sent") continue;
      expect(errorClass).toBe("no-free-connection");
      expect(sentMs).toBeNaN();
    }
  });

  test("those that got through carry their wait in line in their response time", async () => {
    const server = await startTestServer();
    const plan = driverPlan({
      load: constantLoad(50, 400),
      durationMs: 400,
      graceMs: 5000,
      endpoints: [{ path: "/delay/50" }],
      limits: { maxConnections: 1, maxQueueAgeMs: 5000 },
    });
    const { observations, totals } = await play(plan, server.port);
    server.close();
    expect(totals.counts.completed).toBe(20);
    const last = observations.at(-1);
    expect(last && last.completedMs - last.scheduledMs).toBeGreaterThan(500);
    expect(last && last.completedMs - last.sentMs).toBeLessThan(300);
  });
});

test("what still waits in line when the grace is over is not sent", async () => {
  const server = await startTestServer();
  const plan = driverPlan({
    load: constantLoad(100, 300),
    durationMs: 300,
    graceMs: 50,
    endpoints: [{ path: "/silence" }],
    limits: { maxConnections: 3, maxQueueAgeMs: 5000 },
  });
  const { totals, observations } = await play(plan, server.port);
  server.close();
  expect(totals.counts).toMatchObject({ scheduled: 30, inFlight: 3, notSent: 27 });
  expect(new Set(observations.map(({ errorClass }) => errorClass))).toEqual(new Set(["", "run-ended"]));
});

test("the answer to a HEAD has no body, whatever its length says", async () => {
  const server = await startTestServer();
  const plan = driverPlan({ endpoints: [{ method: "HEAD", path: "/head" }] });
  const { totals } = await play(plan, server.port);
  server.close();
  expect(totals.counts.completed).toBe(100);
});

test.each([
  ["/truncated", "closed"],
  ["/garbage", "bad-answer-bad-start-line"],
])("an answer that is no whole answer, %s, is a connection error of class %s", async (path, errorClass) => {
  const server = await startTestServer();
  const { observations } = await play(driverPlan({ endpoints: [{ path }] }), server.port);
  server.close();
  expect(observations).toHaveLength(100);
  for (const observation of observations) {
    expect(observation).toMatchObject({ outcome: "connection-error", errorClass });
  }
});

function classesOf(observations: readonly Observation[]): { readonly ok: number; readonly failed: number } {
  return {
    ok: observations.filter(({ outcome }) => outcome === "ok").length,
    failed: observations.filter(({ outcome }) => outcome === "connection-error").length,
  };
}
