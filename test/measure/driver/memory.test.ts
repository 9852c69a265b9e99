import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { openLoopEngine } from "../../../src/measure/engines/open-loop/open-loop-engine.ts";
import { WindowRecorder } from "../../../src/result/recorder.ts";
import { constantLoad, driverPlan } from "../engines/driver-plan.ts";
import { startServerProcess } from "../engines/server-process.ts";

test("ten times the requests take the same heap", async () => {
  const server = await startServerProcess();
  await heapAfter(500, server.port);
  const few = await heapAfter(500, server.port);
  const many = await heapAfter(5000, server.port);
  await server.stop();
  expect(many - few).toBeLessThan(3e6);
});

/** Bytes in use after a second of so many requests, the recorder and its window still held. */
async function heapAfter(requests: number, port: number): Promise<number> {
  const plan = driverPlan({ load: constantLoad(requests, 1000), durationMs: 1000 });
  const originMs = systemClock.nowMs() + 300;
  const recorder = new WindowRecorder({ stages: plan.timeline.stages, originMs, driver: 0 });
  const engine = openLoopEngine({
    plan,
    target: { host: "127.0.0.1", port },
    driver: 0,
    of: 1,
    inputs: { readColumn: () => [], trace: [] },
    sink: recorder,
  });
  await engine.prepare();
  const totals = await engine.run(originMs);
  expect(totals.counts.completed).toBe(requests);
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  expect(recorder.take(systemClock.nowMs()).cells.length).toBeGreaterThan(0);
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}
