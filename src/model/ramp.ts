import type { RunPlan } from "../scenario/plan.ts";
import { capacityPoint } from "./capacity-point.ts";
import { storeLoad } from "./data-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { workShare } from "./load.ts";
import { everything } from "./server-tier.ts";

/** One step of the way from old to new, at one user count, with or without copies to new. */
export type RampStep = {
  readonly newShare: number;
  /** Share of old's requests that are copied to new. */
  readonly mirrorShare: number;
  readonly holdMs: number | undefined;
  /** With every version able to carry everybody, and with each carrying just its share. */
  readonly servers: number;
  readonly serversWithoutRollback: number;
  readonly databaseReads: number | undefined;
  readonly databaseWrites: number | undefined;
  /** Reads if new had a cache of its own that is still empty. */
  readonly databaseReadsColdCache: number | undefined;
  /** Database connections that both versions' pools keep open. */
  readonly pooledConnections: number | undefined;
  readonly costPerHour: number | undefined;
  /** Price of this step beyond old alone, for as long as it is held. */
  readonly overlapCost: number | undefined;
};

export type Ramp = {
  readonly users: number;
  readonly steps: readonly RampStep[];
  readonly peakServers: number;
  /** Sum over the steps; absent without prices or hold times. */
  readonly overlapCost: number | undefined;
};

/** A ramp or why it can't be run. */
export type RampAnswer = { readonly ramp: Ramp } | { readonly impossible: string };

const usualShares = [0, 0.01, 0.05, 0.25, 0.5, 1];

type Step = { readonly newShare: number; readonly mirrorShare: number; readonly holdMs: number | undefined };

/**
 * The scenario's own ramp, or the usual one from 0 to 100 %, each step with its copies.
 *
 * @param mirrored - whether all that may be copied is copied; else the steps' own shares
 */
export function priceRamp(
  inputs: ModelInputs,
  plan: RunPlan,
  { users, mirrored }: { readonly users: number; readonly mirrored: boolean },
): RampAnswer {
  const planned: readonly Step[] =
    plan.rollout?.steps ?? usualShares.map((newShare) => ({ newShare, mirrorShare: 0, holdMs: undefined }));
  const steps: RampStep[] = [];
  for (const step of planned) {
    const answer = rampStep(inputs, mirrored ? { ...step, mirrorShare: 1 } : step, users);
    if (typeof answer === "string") return { impossible: answer };
    steps.push(answer);
  }
  return {
    ramp: {
      users,
      steps,
      peakServers: Math.max(...steps.map(({ servers }) => servers)),
      overlapCost: steps.reduce<number | undefined>(
        (sum, { overlapCost }) =>
          sum === undefined || overlapCost === undefined ? undefined : sum + overlapCost,
        0,
      ),
    },
  };
}

function rampStep(inputs: ModelInputs, step: Step, users: number): RampStep | string {
  const here = withSplit(inputs, step);
  const both = capacityPoint(here, users);
  const least = capacityPoint({ ...here, capacity: { ...here.capacity, keepRollback: false } }, users);
  if ("impossible" in both) return both.impossible;
  if ("impossible" in least) return least.impossible;
  const { servers, stores, cost } = both.point;
  const machines = servers.total + servers.spare;
  const hours = step.holdMs === undefined ? undefined : step.holdMs / 3_600_000;
  return {
    ...step,
    servers: servers.total,
    serversWithoutRollback: least.point.servers.total,
    databaseReads: stores?.reads,
    databaseWrites: stores?.writes,
    databaseReadsColdCache: stores && coldReads(here, everything(here, both.point.load).ratePerSecond),
    pooledConnections: stores && machines * here.capacity.database.poolPerServer,
    costPerHour: cost?.perHour,
    overlapCost: cost === undefined || hours === undefined ? undefined : cost.overlapPerHour * hours,
  };
}

function withSplit(inputs: ModelInputs, { newShare, mirrorShare }: Step): ModelInputs {
  const { split } = inputs;
  return {
    ...inputs,
    split: {
      ...split,
      newShare,
      mirrorTo: mirrorShare > 0 ? "new" : undefined,
      mirrorShare: mirrorShare * split.copyableShare,
      mirroredWriteShare: mirrorShare * split.copyableWriteShare,
    },
  };
}

/** Old's reads meet a warm cache, new's an empty one. */
function coldReads(inputs: ModelInputs, ratePerSecond: number): number | undefined {
  const warm = storeLoad(inputs, ratePerSecond);
  if (warm === undefined || inputs.database === undefined) return undefined;
  const { readsPerRequest } = inputs.database;
  const old =
    ratePerSecond * workShare(inputs, "old") * readsPerRequest * (1 - (inputs.cache?.hitRatio ?? 0));
  return old + ratePerSecond * workShare(inputs, "new") * readsPerRequest;
}
