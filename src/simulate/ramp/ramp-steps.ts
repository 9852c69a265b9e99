import type { ReplicationData } from "../engine/replication-data.ts";
import { Simulation } from "../engine/simulation.ts";
import { arrivalsOf, type Experiment } from "../replication.ts";
import type { Steps } from "../steps.ts";
import { RolloutWatch } from "./rollout-watch.ts";

/** One ramp in virtual time: what was decided, on what, and what became of the requests. */
export type PlayedRamp = { readonly watch: RolloutWatch; readonly data: ReplicationData };

/**
 * Plays a plan's ramp once.
 *
 * @param seed - of arrivals, work and choices
 */
export function* rampSteps({ plan, settings, trace }: Experiment, seed: number): Steps<PlayedRamp> {
  const watch = new RolloutWatch(plan);
  const arrivals = arrivalsOf(plan, seed, trace);
  const simulation = new Simulation({ plan, settings, seed, arrivals, ramp: watch });
  return { watch, data: yield* simulation.steps() };
}
