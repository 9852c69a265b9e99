import type { Decision } from "../../rollout/decision.ts";
import type { ObservedWindow } from "../../rollout/gate-progress.ts";
import type { RolloutPhase } from "../../rollout/rollout-state.ts";
import { Simulation } from "../engine/simulation.ts";
import { arrivalsOf, type Experiment } from "../replication.ts";
import { RolloutWatch } from "./ramp-watch.ts";

/** One ramp in virtual time: what was decided, on what, and where it ended. */
export type PlayedRamp = {
  readonly phase: RolloutPhase;
  readonly decisions: readonly Decision[];
  /** Every window of the measured part; its durations are left out. */
  readonly windows: readonly ObservedWindow[];
};

/**
 * Plays a plan's ramp once, for its decisions.
 *
 * @param seed - of arrivals, work and choices
 */
export function playRamp({ plan, settings, trace }: Experiment, seed: number): PlayedRamp {
  const watch = new RolloutWatch(plan);
  const arrivals = arrivalsOf(plan, seed, trace);
  new Simulation({ plan, settings, seed, arrivals, ramp: watch }).run();
  const { phase, decisions, windows } = watch;
  return { phase, decisions, windows };
}
