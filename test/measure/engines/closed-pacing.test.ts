import { expect, test } from "vitest";
import { closedLoad, driverPlan } from "./driver-plan.ts";
import { play } from "./play.ts";
import { startServerProcess } from "./server-process.ts";
import { quantile } from "./statistics.ts";
import { withWitness } from "./witness.ts";

test.each([
  [1, 20, 5],
  [3, 20, 5],
  [50, 100, 10],
  [2, 0, 10],
])(
  "%d users who think for %d ms and wait %d ms ask as often as they should",
  async (users, thinkMs, delayMs) => {
    const server = await startServerProcess();
    const durationMs = 2000;
    const plan = driverPlan({
      load: closedLoad(users, thinkMs),
      durationMs,
      endpoints: [{ path: `/delay/${delayMs}` }],
    });
    const { value, witness } = await withWitness(() => play(plan, server.port));
    await server.stop();
    const lagMs = value.observations.map(({ seenMs, scheduledMs }) => seenMs - scheduledMs);
    expect(quantile(lagMs, 0.9)).toBeLessThan(1 + 2 * witness.delayMs(0.99));
    const cycleMs =
      thinkMs + meanOf(value.observations.map(({ completedMs, scheduledMs }) => completedMs - scheduledMs));
    const expected = (users * durationMs) / cycleMs;
    const spread = 5 * Math.sqrt(expected) + users;
    expect(Math.abs(value.observations.length - expected)).toBeLessThan(spread);
  },
);

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
