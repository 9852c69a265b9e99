import type { Version } from "../base/version.ts";
import { shareOfNew } from "../result/stages.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { versionHitRatio, warmUpMs } from "./cache-tier.ts";
import { capacityPoint } from "./capacity-point.ts";
import { databaseFullness, queriesOf, type StoreLoad, storeLoad } from "./data-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { systemLoad, workShare } from "./load.ts";
import { pairedQueries } from "./paired-queries.ts";
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
  /** Load of the fullest database node that is there now ÷ its limit: with warm caches, and with new's cold. */
  readonly databaseFullness: number | undefined;
  readonly databaseFullnessColdCache: number | undefined;
  /** Until that cache answers most of what it will; absent where nothing is known of it. */
  readonly cacheWarmUpMs: number | undefined;
  /** Mean time of a query, copies in pairs with their originals; absent where the database can't keep up. */
  readonly queryMs: number | undefined;
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
  /** The largest share of new that the database bears at once while new's cache is cold; 1 where any. */
  readonly largestColdShare: number | undefined;
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
  const given: readonly Step[] =
    plan.rollout?.steps ?? usualShares.map((newShare) => ({ newShare, mirrorShare: 0, holdMs: undefined }));
  const { flagged } = inputs.split;
  const planned = given.map((step) => ({
    ...step,
    newShare: shareOfNew({ newShare: step.newShare, ...(flagged && { flagged }) }) ?? step.newShare,
  }));
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
      largestColdShare: largestColdShare(inputs, users),
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
  const { ratePerSecond } = everything(here, both.point.load);
  const cold = stores && coldStores(here, ratePerSecond, stores);
  const lookups = ratePerSecond * workShare(here, "new") * (here.database?.readsPerRequest ?? 0);
  const hours = step.holdMs === undefined ? undefined : step.holdMs / 3_600_000;
  return {
    ...step,
    servers: servers.total,
    serversWithoutRollback: least.point.servers.total,
    databaseReads: stores?.reads,
    databaseWrites: stores?.writes,
    databaseReadsColdCache: cold?.reads,
    databaseFullness: stores && databaseFullness(here, stores),
    databaseFullnessColdCache: cold && databaseFullness(here, cold),
    cacheWarmUpMs: warmUpMs(here, lookups),
    queryMs: stores && queryMs(here, ratePerSecond, stores),
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
function coldStores(inputs: ModelInputs, ratePerSecond: number, warm: StoreLoad): StoreLoad {
  const lookups = (version: Version) =>
    ratePerSecond * workShare(inputs, version) * (inputs.database?.readsPerRequest ?? 0);
  return { ...warm, reads: lookups("old") * (1 - versionHitRatio(inputs, "old")) + lookups("new") };
}

/**
 * Mean time of a query on one primary that does `limitQps`.
 *
 * Source: M/M/1, and M^[2]/M/1 for pairs (paired-queries.ts).
 */
function queryMs(inputs: ModelInputs, ratePerSecond: number, stores: StoreLoad): number | undefined {
  const limit = inputs.database?.limitPerSecond;
  const queries = queriesOf(stores);
  if (limit === undefined || queries >= limit || inputs.capacity.database.replicas > 0) return undefined;
  return pairedQueries(inputs, ratePerSecond)?.pairedMs ?? 1000 / (limit - queries);
}

/** By halving: the database's load with new's cache cold grows with the share of new. */
function largestColdShare(inputs: ModelInputs, users: number): number | undefined {
  if (inputs.cache === undefined || inputs.database?.limitPerSecond === undefined) return undefined;
  const { ratePerSecond } = everything(inputs, systemLoad(inputs, users));
  const fits = (newShare: number): boolean => {
    const here = withSplit(inputs, { newShare, mirrorShare: 0, holdMs: undefined });
    const warm = storeLoad(here, ratePerSecond);
    return warm !== undefined && (databaseFullness(here, coldStores(here, ratePerSecond, warm)) ?? 0) <= 1;
  };
  if (fits(1)) return 1;
  if (!fits(0)) return 0;
  let [low, high] = [0, 1];
  for (let halvings = 0; halvings < 40; halvings++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
