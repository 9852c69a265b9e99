import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { shareOfNew } from "../result/stages.ts";
import type { CapacityPlan, PricePlan } from "../scenario/capacity-plan.ts";
import type { FlaggedShares, RunPlan } from "../scenario/plan.ts";
import { type Demand, planDemand } from "./demand.ts";
import type { Evidence } from "./evidence.ts";
import type { MeasuredVersion } from "./measured-capacity.ts";
import { lruCache } from "./queueing/cache.ts";
import { type ServiceInputs, serviceInputs } from "./service-inputs.ts";
import type { LatencyTarget } from "./sizing/slots.ts";

/** What the formulas read of a plan: plain numbers in base units (per second, bytes, shares 0–1, ms). */
export type ModelInputs = {
  readonly users: number;
  readonly demand: Demand;
  readonly split: SplitInputs;
  readonly services: PerVersion<ServiceInputs>;
  readonly database: DatabaseInputs | undefined;
  readonly cache: CacheInputs | undefined;
  readonly retries: RetryInputs | undefined;
  readonly copies: CopyInputs | undefined;
  /** The measured rate of a server, where a search has found one. */
  readonly measured: PerVersion<MeasuredVersion | undefined>;
  readonly measuredNotes: readonly string[];
  readonly capacity: CapacityPlan;
  readonly price: PricePlan | undefined;
  readonly targets: readonly LatencyTarget[];
};

export type SplitInputs = {
  /** What a provider's flag decides is counted. */
  readonly newShare: number;
  readonly flagged?: FlaggedShares;
  readonly mirrorTo: Version | undefined;
  /** Share of the other version's requests that are copied, methods considered. */
  readonly mirrorShare: number;
  /** Share of the other version's writes that the copies repeat. */
  readonly mirroredWriteShare: number;
  /** Shares of requests and of writes whose methods may be copied, whether or not they are. */
  readonly copyableShare: number;
  readonly copyableWriteShare: number;
};

export type DatabaseInputs = {
  readonly topology: "shared" | "separate";
  readonly limitPerSecond: number | undefined;
  readonly readsPerRequest: number;
  readonly writesPerRequest: number;
};

export type CacheInputs = {
  /** With the traffic of both versions in one cache, warm. */
  readonly hitRatio: number;
  /** Whether each version has one of its own. */
  readonly isSeparate: boolean;
  readonly ttlMs: number | undefined;
  /** Look-ups until an empty cache is full, where it is known what it holds. */
  readonly fillLookups: number | undefined;
};

export type RetryInputs = {
  readonly retries: number;
  readonly timeoutMs: number;
  /** Share of attempts that fail whatever the load is. */
  readonly errorShare: PerVersion<number>;
};

export type CopyInputs = {
  /** Copies that one gateway keeps under way. */
  readonly maxInFlight: number;
  /** Whether both answers are held until they are compared. */
  readonly isCompared: boolean;
};

/**
 * Reads a plan once; a sweep then changes copies of what comes out.
 *
 * @throws UserError `not-built-yet` for a trace without its rates
 */
export function modelInputs(plan: RunPlan, { trace, measured }: Evidence = {}): ModelInputs {
  const cache = cacheInputs(plan);
  const services = perVersion((version) => serviceInputs(plan, plan.services[version], cache?.hitRatio ?? 0));
  const { database } = plan.stores;
  return {
    users: plan.users,
    demand: planDemand(plan, { services, trace }),
    split: splitInputs(plan),
    services,
    database: database && {
      topology: database.topology,
      limitPerSecond: database.limitPerSecond,
      readsPerRequest: database.readsPerRequest,
      writesPerRequest: database.writeShare,
    },
    cache,
    retries: retryInputs(plan),
    copies: plan.mirror && {
      maxInFlight: plan.mirror.maxInFlight,
      isCompared: plan.compare !== undefined,
    },
    measured: measured?.versions ?? perVersion(() => undefined),
    measuredNotes: measured?.notes ?? [],
    capacity: plan.capacity,
    price: plan.capacity.price,
    targets: latencyTargets(plan.slo),
  };
}

function cacheInputs({ stores, capacity }: RunPlan): CacheInputs | undefined {
  const { cache } = stores;
  if (cache === undefined) return undefined;
  const { topology, popularity } = capacity.cache;
  const lru = popularity && lruCache(popularity, popularity.itemsHeld);
  return {
    hitRatio: lru?.hitRatio ?? cache.hitRatio,
    isSeparate: topology === "separate",
    ttlMs: cache.ttlMs,
    fillLookups: lru?.fillRequests,
  };
}

function retryInputs(plan: RunPlan): RetryInputs | undefined {
  const { limits, services } = plan;
  const retries = plan.retries?.times ?? plan.capacity.retries;
  if (retries === 0) return undefined;
  return {
    retries,
    timeoutMs: limits.timeoutMs,
    errorShare: perVersion((version) => {
      const { target } = services[version];
      return target.kind === "mock" ? target.mock.errorShare : 0;
    }),
  };
}

function splitInputs({ split, mirror, endpoints, timeline }: RunPlan): SplitInputs {
  const newShare = split.newPerMillion / 1e6;
  const flagged = timeline.stages[0]?.flagged && { flagged: timeline.stages[0].flagged };
  const methods = mirror?.methods ?? safeMethods;
  const total = (of: typeof endpoints) => of.reduce((sum, endpoint) => sum + endpoint.share, 0);
  const copied = (of: typeof endpoints) => total(of.filter(({ method }) => methods.includes(method)));
  const writes = endpoints.filter((endpoint) => endpoint.write);
  const copyableShare = copied(endpoints);
  // Where no request is marked as a write, all of them write now and then.
  const copyableWriteShare = writes.length === 0 ? copyableShare : copied(writes) / total(writes);
  const share = (mirror?.perMillion ?? 0) / 1e6;
  return {
    newShare: shareOfNew({ newShare, ...flagged }) ?? newShare,
    ...flagged,
    mirrorTo: mirror?.to,
    mirrorShare: share * copyableShare,
    mirroredWriteShare: share * copyableWriteShare,
    copyableShare,
    copyableWriteShare,
  };
}

/** What a mirror copies unless the scenario says otherwise. */
const safeMethods: readonly string[] = ["GET", "HEAD"];

function latencyTargets(slo: RunPlan["slo"]): readonly LatencyTarget[] {
  const promised: readonly (readonly [number, number | undefined])[] = [
    [0.5, slo.responseTimeP50],
    [0.9, slo.responseTimeP90],
    [0.95, slo.responseTimeP95],
    [0.99, slo.responseTimeP99],
    [0.999, slo.responseTimeP999],
  ];
  return promised.flatMap(([quantile, limitMs]) =>
    limitMs === undefined ? [] : [{ of: "response" as const, quantile, limitMs }],
  );
}
