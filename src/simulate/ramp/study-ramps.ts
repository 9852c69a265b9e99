import { UserError } from "../../base/errors.ts";
import { murmur3 } from "../../base/random.ts";
import { type Reaction, reactionTo } from "../../rollout/reaction.ts";
import { isFaultOfNew } from "../../scenario/fault-plan.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { wilsonInterval } from "../../stats/binomial.ts";
import { checkSimulable, type Experiment } from "../replication.ts";
import { type SimulationSettings, settingsFor } from "../settings.ts";
import { inTurns } from "../steps.ts";
import { rampSteps } from "./ramp-steps.ts";
import type { RolloutWatch } from "./rollout-watch.ts";

/** How a rollout plan does over many ramps: with its faults, without them, and with old in the place of new. */
export type RampStudy = {
  readonly ramps: number;
  /** Absent where the plan has no fault of new. */
  readonly withFaults: FaultOutcome | undefined;
  readonly withoutFaults: RampOutcome;
  /** Old against itself: whatever is stopped is a false alarm. */
  readonly sameTwice: RampOutcome;
};

export type RampOutcome = {
  readonly ramps: number;
  /** Rolled back, paused or frozen. */
  readonly stopped: ShareOf;
  readonly finished: number;
};

export type ShareOf = {
  readonly count: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
};

export type FaultOutcome = RampOutcome & {
  readonly faultAtMs: number;
  /** Stopped after the fault had begun. */
  readonly caught: ShareOf;
  readonly missed: number;
  /** Stopped before the fault. */
  readonly alarmedBefore: number;
  /** Of the ramps that were caught. */
  readonly timeToDetectMs: Spread | undefined;
  /** Requests of new that were not answered well from the fault on, whether it was caught or not. */
  readonly harmed: Spread | undefined;
  /** Which loop stopped it, and how often. */
  readonly decidedBy: Readonly<Record<string, number>>;
};

export type Spread = { readonly median: number; readonly p95: number; readonly highest: number };

export type StudyOptions = {
  readonly ramps: number;
  readonly settings?: Partial<SimulationSettings>;
  /** Times of a trace load, ms from the first request. */
  readonly trace?: readonly number[] | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
};

/**
 * Plays a plan's ramp many times, each with a seed of its own.
 *
 * @throws UserError scenario-invalid for a plan without a ramp, not-built-yet for one that virtual time doesn't know
 */
export async function studyRamps(plan: RunPlan, options: StudyOptions): Promise<RampStudy> {
  const settings = settingsFor(plan, options.settings);
  const { trace } = options;
  checkPlayable({ plan, settings, trace });
  const faults = plan.faults.filter(isFaultOfNew);
  const quiet: RunPlan = { ...plan, faults: [] };
  const { old } = plan.services;
  const twins: RunPlan = { ...quiet, services: { old, new: { ...old, label: plan.services.new.label } } };
  const series = [...(faults.length > 0 ? [plan] : []), quiet, twins];
  const total = series.length * options.ramps;
  const played: Outcome[][] = [];
  for (const [place, of] of series.entries()) {
    const ramps: Outcome[] = [];
    for (let ramp = 0; ramp < options.ramps; ramp++) {
      const seed = murmur3(`${plan.seed}/ramp/${ramp}`, 0);
      const { watch } = await inTurns(rampSteps({ plan: of, settings, trace }, seed), options.signal);
      ramps.push({ phase: watch.phase, decisions: watch.decisions, windows: watch.windows });
      options.onProgress?.(place * options.ramps + ramp + 1, total);
    }
    played.push(ramps);
  }
  const faultAtMs = Math.min(...faults.map(({ atMs }) => atMs));
  const [first = [], second = [], third = []] = played;
  return {
    ramps: options.ramps,
    withFaults: faults.length > 0 ? faultOutcome(first, faultAtMs) : undefined,
    withoutFaults: outcome(faults.length > 0 ? second : first),
    sameTwice: outcome(faults.length > 0 ? third : second),
  };
}

/** What is kept of each ramp. */
type Outcome = Pick<RolloutWatch, "phase" | "decisions" | "windows">;

function checkPlayable(experiment: Experiment): void {
  if (experiment.plan.rollout === undefined)
    throw new UserError("scenario-invalid", "The scenario has no ramp to play: give rollout.steps.");
  checkSimulable(experiment);
}

const stoppedPhases: ReadonlySet<string> = new Set(["rolled back", "paused", "frozen"]);

function outcome(ramps: readonly Outcome[]): RampOutcome {
  const stopped = ramps.filter(({ phase }) => stoppedPhases.has(phase)).length;
  return { ramps: ramps.length, stopped: shareOf(stopped, ramps.length), finished: ramps.length - stopped };
}

function faultOutcome(ramps: readonly Outcome[], faultAtMs: number): FaultOutcome {
  const before = ramps.filter(({ decisions }) =>
    decisions.some(({ atMs, kind }) => atMs < faultAtMs && stoppingKinds.has(kind)),
  );
  const met = ramps.filter((ramp) => !before.includes(ramp));
  const reactions = met.map((ramp) => reactionTo(faultAtMs, ramp));
  const caught = reactions.filter(({ decidedAtMs }) => decidedAtMs !== undefined);
  return {
    ...outcome(ramps),
    faultAtMs,
    caught: shareOf(caught.length, ramps.length),
    missed: met.length - caught.length,
    alarmedBefore: before.length,
    timeToDetectMs: spreadOf(caught.map(({ decidedAtMs }) => (decidedAtMs ?? 0) - faultAtMs)),
    harmed: spreadOf(reactions.map(({ harmed }) => harmed)),
    decidedBy: countsOf(caught),
  };
}

const stoppingKinds: ReadonlySet<string> = new Set(["roll back", "pause", "freeze"]);

function countsOf(reactions: readonly Reaction[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { decidedBy } of reactions) {
    if (decidedBy !== undefined) counts[decidedBy] = (counts[decidedBy] ?? 0) + 1;
  }
  return counts;
}

function shareOf(count: number, of: number): ShareOf {
  return { count, share: of === 0 ? 0 : count / of, ...wilsonInterval(count, of) };
}

function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((left, right) => left - right);
  const at = (quantile: number) => sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0;
  return { median: at(0.5), p95: at(0.95), highest: at(1) };
}
