import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { constantLoad, driverPlan } from "./driver-plan.ts";
import { lognormalTable } from "./lognormal-table.ts";
import { play } from "./play.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { quantile } from "./statistics.ts";
import { withWitness } from "./witness.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

describe("measured against the server's own stamps", { retry: 2 }, () => {
  test("a fixed 50 ms service at 40/s has p50 within 50.0 to 51.5 ms, from exactly as many samples", async () => {
    const { responseMs, truthMs, witness } = await playDelays(40, 3000, [50]);
    expect(responseMs).toHaveLength(120);
    const median = quantile(responseMs, 0.5);
    expect(median).toBeGreaterThanOrEqual(50);
    expect(median).toBeLessThanOrEqual(51.5 + 4 * witness.delayMs(0.9));
    expect(median - quantile(truthMs, 0.5)).toBeLessThan(0.5 + 4 * witness.delayMs(0.9));
  });

  test("a lognormal law is found again: p50, p90 and p99 within 0.5 ms or 1 %", async () => {
    const table = lognormalTable({ count: 5000, meanMs: 20, p99Ms: 80 }, randomStream(7, "service"));
    const { responseMs, truthMs, witness } = await playDelays(200, 5000, table);
    expect(responseMs).toHaveLength(1000);
    for (const share of [0.5, 0.9, 0.99]) {
      const truth = quantile(truthMs, share);
      const errorMs = Math.abs(quantile(responseMs, share) - truth);
      expect(errorMs).toBeLessThanOrEqual(
        Math.max(0.5, truth / 100) + 4 * witness.delayMs(1 - (1 - share) / 4),
      );
    }
  });
});

async function playDelays(ratePerSecond: number, durationMs: number, delaysMs: readonly number[]) {
  const plan = driverPlan({
    load: constantLoad(ratePerSecond, durationMs),
    durationMs,
    endpoints: [{ path: "/delay/{csv:delays.csv:ms}" }],
  });
  const inputs = { readColumn: () => delaysMs.map(String) };
  const { value, witness } = await withWitness(() => play(plan, server.port, { inputs }));
  return {
    responseMs: value.observations.map(({ completedMs, scheduledMs }) => completedMs - scheduledMs),
    truthMs: value.observations.map(({ serviceMs }) => serviceMs),
    witness,
  };
}

test("a server frozen for 2 of 10 s at 200/s shows a p99 of 1.7 s or more, and every request was sent", async () => {
  const frozen = await startServerProcess();
  const plan = driverPlan({ load: constantLoad(200, 10_000), durationMs: 10_000, graceMs: 5000 });
  const { totals, observations } = await play(plan, frozen.port, {
    meanwhile: () => {
      setTimeout(() => frozen.child.kill("SIGSTOP"), 4000);
      setTimeout(() => frozen.child.kill("SIGCONT"), 6000);
    },
  });
  frozen.stop();
  expect(totals.counts).toMatchObject({ scheduled: 2000, completed: 2000, notSent: 0 });
  const responseMs = observations.map(({ completedMs, scheduledMs }) => completedMs - scheduledMs);
  expect(quantile(responseMs, 0.99)).toBeGreaterThanOrEqual(1700);
  expect(quantile(responseMs, 0.5)).toBeLessThan(100);
});
