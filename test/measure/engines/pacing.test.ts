import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { constantLoad, driverPlan } from "./driver-plan.ts";
import { play } from "./play.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { countBins, quantile, slope } from "./statistics.ts";
import { withWitness } from "./witness.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

describe("constant pacing", { retry: 2 }, () => {
  test.each([
    [100, 2000],
    [1000, 2000],
    [10_000, 2000],
  ])("at %d/s the rate is kept to 0.1 % and no 100 ms has a burst", async (ratePerSecond, durationMs) => {
    const { sentMs, witness } = await playConstant(ratePerSecond, durationMs);
    expect(sentMs).toHaveLength((ratePerSecond * durationMs) / 1000);
    const heldUpMs = witness.delayMs(1);
    const gapError = Math.abs(slope(sentMs) / (1000 / ratePerSecond) - 1);
    expect(gapError).toBeLessThan(0.001 + (0.1 * heldUpMs) / durationMs);
    const mostIn100Ms = quantile(countBins(sentMs, 100), 1);
    expect(mostIn100Ms).toBeLessThanOrEqual((ratePerSecond / 10) * (1.2 + heldUpMs / 50));
  });

  test("half of all requests are sent within 0.1 ms of their time, 95 of 100 within 0.5 ms", async () => {
    const { lateMs, witness } = await playConstant(500, 2000);
    expect(quantile(lateMs, 0.5)).toBeLessThan(0.1 + 2 * witness.delayMs(0.75));
    expect(quantile(lateMs, 0.95)).toBeLessThan(0.5 + 2 * witness.delayMs(0.99));
  });
});

async function playConstant(ratePerSecond: number, durationMs: number) {
  const warmUpMs = 1000;
  const load = constantLoad(ratePerSecond, durationMs, warmUpMs);
  const plan = driverPlan({ load, durationMs, warmUpMs });
  const { value, witness } = await withWitness(() => play(plan, server.port));
  const observations = value.observations
    .filter(({ scheduledMs }) => scheduledMs >= value.originMs)
    .toSorted((left, right) => left.sentMs - right.sentMs);
  return {
    sentMs: observations.map((observation) => observation.sentMs - value.originMs),
    lateMs: observations.map((observation) => observation.sentMs - observation.scheduledMs),
    witness,
  };
}

test("nothing is ever sent before its time", async () => {
  const { observations } = await play(driverPlan({ load: constantLoad(1000, 500) }), server.port);
  for (const { sentMs, seenMs, scheduledMs } of observations) {
    expect(seenMs).toBeGreaterThanOrEqual(scheduledMs);
    expect(sentMs).toBeGreaterThanOrEqual(seenMs);
  }
});

test("a generator that is held up itself says so, and the service is not charged", async () => {
  let lagMaxMs = 0;
  const { observations, dueCount } = await play(
    driverPlan({ load: constantLoad(500, 1000), durationMs: 1000 }),
    server.port,
    {
      meanwhile: (engine) => {
        setTimeout(() => blockFor(300), 300);
        setTimeout(() => {
          lagMaxMs = engine.takeHealth().pacerLag.maxMs;
        }, 900);
      },
    },
  );
  expect(dueCount).toBe(500);
  expect(lagMaxMs).toBeGreaterThan(250);
  const late = observations.filter(({ seenMs, scheduledMs }) => seenMs - scheduledMs > 50);
  expect(late.length).toBeGreaterThan(100);
  for (const { scheduledMs, completedMs } of late) expect(completedMs - scheduledMs).toBeGreaterThan(50);
  const roundTripMs = late.map(({ sentMs, completedMs }) => completedMs - sentMs);
  expect(quantile(roundTripMs, 0.5)).toBeLessThan(50);
});

function blockFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
