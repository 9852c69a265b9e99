import { systemClock } from "../base/clock.ts";
import { RunTally } from "../result/tally.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { ToSplitter } from "../splitter/messages.ts";
import { endProcess } from "./child-process.ts";
import type { DriverHealth } from "./driver/messages.ts";
import { driverEnd, endDrivers, startDrivers } from "./drivers.ts";
import { Services } from "./services.ts";
import { startSplitter } from "./splitter-process.ts";

const loopback = "127.0.0.1";
/** From `start` to the first request; the message has only to reach one process. */
const leadMs = 30;
const splitterPatienceMs = 2000;

/** A service that answers at once, and a splitter before it. */
export type InstantService = {
  readonly directPort: number;
  readonly splitterPort: number;
};

/**
 * Starts both for as long as `use` takes.
 *
 * @throws UserError when one of them can't be started; nothing is left running
 */
export async function withInstantService<T>(
  plan: RunPlan,
  use: (service: InstantService) => Promise<T>,
): Promise<T> {
  const services = await Services.startOne(plan, "old", { host: loopback, port: 0 });
  try {
    const splitter = await startSplitter({ plan, services, listen: { host: loopback, port: 0 } });
    try {
      const directPort = Number(new URL(services.urls.old[0] ?? "").port);
      return await use({ directPort, splitterPort: splitter.port });
    } finally {
      await endProcess<ToSplitter>(splitter.child, { type: "stop", drainMs: 0 }, splitterPatienceMs);
    }
  } finally {
    await services.stop();
  }
}

export type PlayedLoad = {
  readonly tally: RunTally;
  readonly health: readonly DriverHealth[];
};

/** A driver that is ready; `play` may be called once. */
export type ReadyLoad = { readonly play: () => Promise<PlayedLoad>; readonly discard: () => Promise<void> };

/**
 * Makes one driver ready to play the plan against a port.
 *
 * @param signal - ends the load early; what was measured until then is given
 */
export async function readyLoad(plan: RunPlan, port: number, signal: AbortSignal): Promise<ReadyLoad> {
  const tally = new RunTally();
  const health: DriverHealth[] = [];
  const { promise: isDone, resolve: done } = Promise.withResolvers<void>();
  const drivers = await startDrivers({ plan, target: { host: loopback, port }, directory: "." }, (report) => {
    if (report.type === "window") tally.add(report.window);
    if (report.type === "health") health.push(report.health);
    if (report.type === "done") done();
  });
  const stop = () => {
    for (const driver of drivers) driver.send({ type: "stop" });
  };
  const play = async (): Promise<PlayedLoad> => {
    const { warmUpMs, durationMs, graceMs } = plan.timeline;
    const originMs = systemClock.nowMs() + leadMs + warmUpMs;
    signal.addEventListener("abort", stop);
    try {
      for (const driver of drivers) driver.send({ type: "start", originMs });
      if (signal.aborted) stop();
      const longestMs = leadMs + warmUpMs + durationMs + graceMs;
      await Promise.all(drivers.map((driver) => driverEnd(driver, isDone, longestMs)));
      return { tally, health };
    } finally {
      signal.removeEventListener("abort", stop);
      await endDrivers(drivers);
    }
  };
  return { play, discard: () => endDrivers(drivers) };
}
