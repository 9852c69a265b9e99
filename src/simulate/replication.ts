import { UserError } from "../base/errors.ts";
import { murmur3 } from "../base/random.ts";
import { formatCount } from "../base/units.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { openArrivals } from "../workload/arrivals.ts";
import { feedForwardSteps, isFeedForward } from "./engine/feed-forward.ts";
import type { ReplicationData } from "./engine/replication-data.ts";
import { Simulation } from "./engine/simulation.ts";
import { checkFaults } from "./faults.ts";
import { reactionBook } from "./reaction-book.ts";
import { checkScaling } from "./scaling-report.ts";
import { type SimulationSettings, simulatedServices } from "./settings.ts";
import { allAtOnce, type Steps } from "./steps.ts";

/** Everything that replications have in common. */
export type Experiment = {
  readonly plan: RunPlan;
  readonly settings: SimulationSettings;
  /** Times of a trace, ms from the first; the reader of files supplies them. */
  readonly trace: readonly number[] | undefined;
  /** Every replication meets the very requests of a real run, at the same moments; only their work differs. */
  readonly sameTraffic?: boolean;
};

/** Closed users that are simulated one by one; of more, a cell is simulated. */
const maxClosedUsers = 1_000_000;

/** Requests of one replication; ten of them take a minute or two. */
const maxRequests = 20_000_000;

/**
 * One run of the plan in virtual time, without events where that gives the same. The first replication meets the
 * very arrivals of a real run.
 */
export function runReplication(experiment: Experiment, replication: number): ReplicationData {
  return allAtOnce(replicationSteps(experiment, replication));
}

/** The same in steps. */
export function* replicationSteps(experiment: Experiment, replication: number): Steps<ReplicationData> {
  const { plan, settings, trace } = experiment;
  const seed = replicationSeed(plan.seed, replication);
  const trafficSeed = experiment.sameTraffic === true ? plan.seed : seed;
  const ended = replication === 0 ? reactionBook(plan.faults) : undefined;
  const input = () => {
    return { plan, settings, seed, trafficSeed, arrivals: arrivalsOf(plan, trafficSeed, trace), ended };
  };
  const quick = isFeedForward(plan, settings) ? yield* feedForwardSteps(input()) : undefined;
  const data = quick ?? (yield* new Simulation(input()).steps());
  return ended === undefined ? data : { ...data, reactions: ended.reactions() };
}

/**
 * Checks what a replication would stumble over, before threads are started.
 *
 * @throws UserError for a plan that can't be simulated
 */
export function checkSimulable({ plan, settings, trace }: Experiment): void {
  simulatedServices(plan);
  checkFaults(plan, settings);
  checkScaling(plan, settings);
  checkLength(plan);
  arrivalsOf(plan, plan.seed, trace);
}

/** A scenario that is only priced may last for days. */
function checkLength({ load }: RunPlan): void {
  if (load.kind !== "open") return;
  const requests = load.curve.reduce((sum, { startMs, endMs, fromPerSecond, toPerSecond }) => {
    return sum + ((endMs - startMs) / 1000) * ((fromPerSecond + toPerSecond) / 2);
  }, 0);
  if (requests <= maxRequests) return;
  throw new UserError(
    "scenario-invalid",
    `One run of this scenario has ${formatCount(Math.round(requests))} requests, more than the ${formatCount(maxRequests)} that are simulated; set a shorter run.duration, or shorter holds of the rollout's steps. \`twinlane model\` takes it as it is.`,
  );
}

/** Every replication draws from streams of its own. */
function replicationSeed(seed: number, replication: number): number {
  return replication === 0 ? seed : murmur3(`${seed}/replication/${replication}`, 0);
}

/**
 * When requests come due.
 *
 * @throws UserError for a load that can't be simulated
 */
export function arrivalsOf(plan: RunPlan, seed: number, trace: Experiment["trace"]): Iterator<number> {
  const { load } = plan;
  switch (load.kind) {
    case "open":
      return openArrivals(load, seed);
    case "closed":
      if (load.users > maxClosedUsers) {
        throw new UserError(
          "not-built-yet",
          `${load.users} users with think times are too many to simulate one by one; up to ${maxClosedUsers} are. Simulate a part of them, with as large a part of the servers.`,
        );
      }
      return [][Symbol.iterator]();
    case "trace":
      if (trace === undefined) {
        throw new UserError(
          "not-built-yet",
          "The load is a trace, and its times were not given: pass them as `trace`.",
        );
      }
      return trace.filter((atMs) => atMs < plan.timeline.durationMs)[Symbol.iterator]();
  }
}
