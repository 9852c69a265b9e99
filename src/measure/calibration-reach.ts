import { mergeArms } from "../result/tally.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { instantPlan, preparationSteps } from "./instant-plan.ts";
import { type PlayedLoad, readyLoad, withInstantService } from "./instant-service.ts";

/** What one step of a rising load came to. */
export type ReachStep = {
  readonly ratePerSecond: number;
  readonly requests: number;
  readonly answered: number;
  readonly pacerLagP99Ms: number;
  readonly roundTripP99Ms: number;
};

export type Reach = {
  /** The highest rate that was sent on time and answered promptly; 0 when not even the first was. */
  readonly ratePerSecond: number;
  /** The highest rate of which every request was answered, late or not; 0 likewise. */
  readonly answeredPerSecond: number;
  /** Whether a higher one was tried and not kept up. */
  readonly isLimit: boolean;
  readonly steps: readonly ReachStep[];
};

export type Reaches = { readonly direct: Reach; readonly throughSplitter: Reach };

/** Two decades, by factors of 1.3 to 2; the last is beyond one Node process. */
const ratesPerSecond = [500, 1000, 2000, 4000, 6000, 8000, 12_000, 16_000, 24_000, 32_000];
const stepMs = 300;
/** The rate at which a driver's lateness would taint a run (see the limits of validity). */
const onTimeP99Ms = 1;
/** Something answers at once; ten times what it takes unloaded is a queue. */
const promptP99Ms = 10;
const answeredShare = 0.999;

/**
 * How much load one driver of this machine keeps up, on a service that answers at once, directly and through a
 * splitter: the rate rises every 0.3 s. Takes about four seconds each.
 *
 * @returns undefined when the signal came first
 */
export async function measureReach(signal: AbortSignal): Promise<Reaches | undefined> {
  const steps = ratesPerSecond.map((ratePerSecond) => ({ ratePerSecond, forMs: stepMs }));
  const plan = instantPlan({ arrivals: "constant", steps });
  return await withInstantService(plan, async ({ directPort, splitterPort }) => {
    const reachOf = async (port: number) => {
      const load = await readyLoad(plan, port, signal);
      return summariseReach(stepsOf(await load.play()));
    };
    const direct = await reachOf(directPort);
    const throughSplitter = signal.aborted ? direct : await reachOf(splitterPort);
    return signal.aborted ? undefined : { direct, throughSplitter };
  });
}

/** A step that was kept up is proof, whatever disturbed one before it. */
export function summariseReach(steps: readonly ReachStep[]): Reach {
  const highest = steps.findLastIndex(isKeptUp);
  return {
    ratePerSecond: steps[highest]?.ratePerSecond ?? 0,
    answeredPerSecond: steps.findLast(isAnswered)?.ratePerSecond ?? 0,
    isLimit: highest < steps.length - 1,
    steps,
  };
}

function isKeptUp(step: ReachStep): boolean {
  return isAnswered(step) && step.pacerLagP99Ms <= onTimeP99Ms && step.roundTripP99Ms <= promptP99Ms;
}

function isAnswered({ requests, answered }: ReachStep): boolean {
  return requests > 0 && answered >= requests * answeredShare;
}

function stepsOf({ tally }: PlayedLoad): readonly ReachStep[] {
  return ratesPerSecond.map((ratePerSecond, index) => {
    const stage = tally.stages[index + preparationSteps];
    const { counts, parts } = mergeArms(stage === undefined ? [] : [stage], "old");
    const p99Ms = (part: "pacerLag" | "roundTrip") =>
      (parts.get(part) ?? new DurationHistogram()).quantileMs(0.99);
    return {
      ratePerSecond,
      requests: counts.scheduled,
      answered: counts.completed,
      pacerLagP99Ms: p99Ms("pacerLag"),
      roundTripP99Ms: p99Ms("roundTrip"),
    };
  });
}
