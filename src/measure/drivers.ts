import type { RunPlan } from "../scenario/plan.ts";
import { endProcess, firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import type { DriverCommand, DriverPlan, DriverReport, Target } from "./driver/messages.ts";
import { driverNodeFlags } from "./driver/node-flags.ts";

const preparePatienceMs = 120_000;
/** How long a driver may take, beyond timeout and grace, to tell its last. */
const farewellMs = 10_000;

export type DriverProcess = OwnProcess<DriverCommand, DriverReport>;

/**
 * Starts the drivers of a run and waits until all are ready; closed users' connections are open by then.
 *
 * @param directory - where files that the plan names are looked for
 * @param onReport - called for every message of every driver, in order
 * @throws UserError when one can't get ready; the others are ended first
 */
export async function startDrivers(
  options: { readonly plan: RunPlan; readonly target: Target; readonly directory: string },
  onReport: (report: DriverReport, driver: DriverProcess) => void,
): Promise<readonly DriverProcess[]> {
  const { plan, target, directory } = options;
  const drivers = Array.from({ length: plan.drivers }, (_, index) => {
    const name = plan.drivers === 1 ? "driver" : `driver-${index + 1}`;
    const driver: DriverProcess = startProcess({
      name,
      role: "driver",
      entry: "src/measure/driver/main",
      nodeFlags: driverNodeFlags,
    });
    driver.onReport((report) => onReport(report, driver));
    return driver;
  });
  const of = drivers.length;
  const { hash, seed, users, load, endpoints, limits, timeline, split, engine, retries } = plan;
  const driverPlan: DriverPlan = {
    ...{ hash, seed, users, load, endpoints, limits, timeline, split, engine },
    retries,
  };
  try {
    await Promise.all(
      drivers.map((driver, index) => {
        driver.send({ type: "prepare", plan: driverPlan, target, driver: index, of, directory });
        return firstReport(driver, "ready", preparePatienceMs);
      }),
    );
    return drivers;
  } catch (error) {
    await endDrivers(drivers);
    throw error;
  }
}

/** Whether a driver told all, or ended before it could. */
export type DriverEnd = { readonly driver: string; readonly isWhole: boolean; readonly lastWords: string };

/** Waits until a driver has told its totals and ended; one that hangs is ended. */
export async function driverEnd(
  driver: DriverProcess,
  isDone: Promise<void>,
  longestMs: number,
): Promise<DriverEnd> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), longestMs + farewellMs);
  });
  const first = await Promise.race([isDone, driver.ended, late]);
  clearTimeout(timer);
  const end = await endProcess<DriverCommand>(
    driver,
    first === "late" ? undefined : { type: "stop" },
    farewellMs,
  );
  return { driver: driver.name, isWhole: first === undefined, lastWords: end.lastWords };
}

export async function endDrivers(drivers: readonly DriverProcess[]): Promise<void> {
  await Promise.all(drivers.map((driver) => endProcess<DriverCommand>(driver, undefined, 0)));
}
