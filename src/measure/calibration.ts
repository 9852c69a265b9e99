import type { CalibratedPath, Calibration } from "../result/schema.ts";
import { mergeArms, type RunTally } from "../result/tally.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { summarise } from "../stats/percentiles.ts";
import { instantPlan, preparationSteps } from "./instant-plan.ts";
import { type ReadyLoad, readyLoad, withInstantService } from "./instant-service.ts";

/** Far below what any machine that can run a test can pace, and enough for a p99 (299 requests) in `playMs`. */
const ratePerSecond = 1200;
const playMs = 300;
/** Not where the scenario says no, and not for a closed-loop probe, which has no due times to be late for. */
export function isCalibrated({ calibrate, engine }: RunPlan): boolean {
  return calibrate && engine === "open-loop";
}

/**
 * What the instrument adds by itself on this machine now: the same pacing at a modest rate, on a service that
 * answers at once, directly and through a splitter, one after the other. It takes about a second and the start
 * of four processes. A closed load is calibrated with open arrivals: the clock and the sockets are the same.
 *
 * @returns undefined when the signal came first
 * @throws UserError when a process can't be started; nothing is left running
 */
export async function calibrate(plan: RunPlan, signal: AbortSignal): Promise<Calibration | undefined> {
  return await calibrateArrivals(plan.load.kind === "open" ? plan.load.arrivals : "poisson", signal);
}

/** The same without a scenario. */
export async function calibrateAlone(signal: AbortSignal): Promise<Calibration | undefined> {
  return await calibrateArrivals("poisson", signal);
}

async function calibrateArrivals(
  arrivals: "poisson" | "constant",
  signal: AbortSignal,
): Promise<Calibration | undefined> {
  const instant = instantPlan({ arrivals, steps: [{ ratePerSecond, forMs: playMs }] });
  return await withInstantService(instant, async ({ directPort, splitterPort }) => {
    const ready = await Promise.allSettled(
      [directPort, splitterPort].map((port) => readyLoad(instant, port, signal)),
    );
    const loads = ready.flatMap((load) => (load.status === "fulfilled" ? [load.value] : []));
    try {
      const [direct, through] = ready.map(started);
      if (direct === undefined || through === undefined || signal.aborted) return undefined;
      const played = [await direct.play(), await through.play()];
      const [directTally, throughTally] = played.map(({ tally }) => tally);
      if (directTally === undefined || throughTally === undefined || signal.aborted) return undefined;
      return {
        ratePerSecond,
        direct: pathOf(directTally),
        throughSplitter: pathOf(throughTally),
        splitterMs: summarise(measuredPart(throughTally).parts.get("splitter") ?? new DurationHistogram()),
      };
    } finally {
      await Promise.all(loads.map((load) => load.discard()));
    }
  });
}

function started(load: PromiseSettledResult<ReadyLoad>): ReadyLoad {
  if (load.status === "rejected") throw load.reason;
  return load.value;
}

function pathOf(tally: RunTally): CalibratedPath {
  const { counts, histograms, parts } = measuredPart(tally);
  const responseTimes = new DurationHistogram();
  for (const histogram of histograms.values()) responseTimes.add(histogram);
  return {
    requests: counts.scheduled,
    pacerLagMs: summarise(parts.get("pacerLag") ?? new DurationHistogram()),
    roundTripMs: summarise(parts.get("roundTrip") ?? new DurationHistogram()),
    responseTimeMs: summarise(responseTimes, counts.notSent),
  };
}

/** Everything after the preparation; all of it went to old. */
function measuredPart({ stages }: RunTally) {
  return mergeArms(stages.slice(preparationSteps), "old");
}
