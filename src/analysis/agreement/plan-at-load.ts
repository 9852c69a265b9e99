import { deepFreeze } from "../../base/deep-freeze.ts";
import { UserError } from "../../base/errors.ts";
import { perMillion, type RunPlan } from "../../scenario/plan.ts";
import { withoutRehearsal } from "../../scenario/without-rehearsal.ts";

/** A load to measure: a share of the scenario's, with a seed of its own. */
export type AskedLoad = {
  readonly share: number;
  readonly seed: number;
  /** Only the first run of a series tells what the instrument itself adds. */
  readonly calibrate: boolean;
};

/**
 * The scenario at a share of its load: the same requests and services under the same split, without ramp, gates, faults
 * or breaker, so that each version's figures are those of one constant state.
 *
 * @throws UserError not-built-yet for a trace, whose load can't be scaled
 */
export function planAtLoad(plan: RunPlan, { share, seed, calibrate }: AskedLoad): RunPlan {
  const newShare = plan.timeline.stages.at(-1)?.newShare ?? 0;
  return deepFreeze({
    ...withoutRehearsal(plan),
    seed,
    load: scaledLoad(plan.load, share),
    limits: { ...plan.limits, maxConnections: connectionsFor(plan, share) },
    split: { ...plan.split, newPerMillion: perMillion(newShare) },
    timeline: {
      ...plan.timeline,
      stages: plan.timeline.stages.map((stage) => ({ ...stage, newShare })),
    },
    calibrate,
  } satisfies RunPlan);
}

function scaledLoad(load: RunPlan["load"], share: number): RunPlan["load"] {
  switch (load.kind) {
    case "open":
      return {
        ...load,
        curve: load.curve.map((piece) => ({
          ...piece,
          fromPerSecond: piece.fromPerSecond * share,
          toPerSecond: piece.toPerSecond * share,
        })),
      };
    case "closed":
      return { ...load, users: Math.max(1, Math.round(load.users * share)) };
    case "trace":
      throw new UserError(
        "not-built-yet",
        "predict: a trace has one load; it can't be measured at shares of it.",
      );
  }
}

/** A closed load has a connection for each user. */
function connectionsFor({ load, limits }: RunPlan, share: number): number {
  return load.kind === "closed"
    ? Math.max(1, Math.round(limits.maxConnections * share))
    : limits.maxConnections;
}
