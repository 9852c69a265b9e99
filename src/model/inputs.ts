import { UserError } from "../base/errors.ts";
import { assertNever } from "../base/invariant.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { CapacityPlan, PricePlan } from "../scenario/capacity-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { ServicePlan } from "../scenario/service-plan.ts";
import type { RateCurve } from "../scenario/workload-plan.ts";
import { type ServiceLaw, serviceLaw } from "./queueing/service-law.ts";
import type { LatencyTarget } from "./sizing/slots.ts";

/** What the formulas read of a plan: plain numbers in base units (per second, bytes, shares 0–1, ms). */
export type ModelInputs = {
  readonly users: number;
  readonly demand: Demand;
  readonly split: SplitInputs;
  readonly services: PerVersion<ServiceInputs>;
  readonly database: DatabaseInputs | undefined;
  readonly cache: { readonly hitRatio: number } | undefined;
  readonly capacity: CapacityPlan;
  readonly price: PricePlan | undefined;
  readonly targets: readonly LatencyTarget[];
};

/** Requests per second of one user, on average and at the busiest time, and where that comes from. */
export type Demand = {
  readonly kind: "habits" | "rate" | "closed";
  readonly averagePerUser: number;
  readonly peakPerUser: number;
  readonly requestsPerUserPerDay: number | undefined;
  readonly peakFactor: number | undefined;
  /** For closed users: the pause, and the service time they wait for. */
  readonly thinkTimeMs: number | undefined;
};

export type SplitInputs = {
  readonly newShare: number;
  readonly mirrorTo: Version | undefined;
  /** Share of the other version's requests that are copied, methods considered. */
  readonly mirrorShare: number;
  /** Share of the other version's writes that the copies repeat. */
  readonly mirroredWriteShare: number;
  /** Shares of requests and of writes whose methods may be copied, whether or not they are. */
  readonly copyableShare: number;
  readonly copyableWriteShare: number;
};

export type ServiceInputs = {
  readonly label: string;
  /** Absent where nothing says how long the service works on a request. */
  readonly law: ServiceLaw | undefined;
  readonly slotsPerServer: number;
  readonly cpuMsPerRequest: number;
};

export type DatabaseInputs = {
  readonly topology: "shared" | "separate";
  readonly limitPerSecond: number | undefined;
  readonly readsPerRequest: number;
  readonly writesPerRequest: number;
};

/** Reads a plan once; a sweep then changes copies of what comes out. */
export function modelInputs(plan: RunPlan): ModelInputs {
  const services = perVersion((version) => serviceInputs(plan, plan.services[version]));
  const { database, cache } = plan.stores;
  return {
    users: plan.users,
    demand: planDemand(plan, services),
    split: splitInputs(plan),
    services,
    database: database && {
      topology: database.topology,
      limitPerSecond: database.limitPerSecond,
      readsPerRequest: database.readsPerRequest,
      writesPerRequest: database.writeShare,
    },
    cache: cache && { hitRatio: cache.hitRatio },
    capacity: plan.capacity,
    price: plan.capacity.price,
    targets: latencyTargets(plan.slo),
  };
}

const secondsPerDay = 86_400;

function planDemand({ habits, load, users }: RunPlan, services: PerVersion<ServiceInputs>): Demand {
  const none = { requestsPerUserPerDay: undefined, peakFactor: undefined, thinkTimeMs: undefined };
  if (habits !== undefined) {
    const averagePerUser = habits.requestsPerUserPerDay / secondsPerDay;
    return {
      ...none,
      kind: "habits",
      averagePerUser,
      peakPerUser: averagePerUser * habits.peakFactor,
      ...habits,
    };
  }
  switch (load.kind) {
    case "open":
      return {
        ...none,
        kind: "rate",
        averagePerUser: meanRatePerSecond(load.curve) / users,
        peakPerUser: peakRatePerSecond(load.curve) / users,
      };
    case "closed": {
      const serviceMs = Math.min(services.old.law?.meanMs ?? 0, services.new.law?.meanMs ?? 0);
      const perUser = 1000 / (load.thinkTimeMs + serviceMs);
      return {
        ...none,
        kind: "closed",
        averagePerUser: perUser,
        peakPerUser: perUser,
        thinkTimeMs: load.thinkTimeMs,
      };
    }
    case "trace":
      throw new UserError(
        "not-built-yet",
        "workload.arrivals: a trace is replayed by `twinlane run`; the model needs a rate, a thinkTime or requestsPerUserPerDay.",
      );
    default:
      return assertNever(load);
  }
}

function meanRatePerSecond(curve: RateCurve): number {
  let requests = 0;
  let lengthMs = 0;
  for (const piece of curve) {
    if (piece.startMs < 0) continue;
    const pieceMs = piece.endMs - piece.startMs;
    requests += (pieceMs * (piece.fromPerSecond + piece.toPerSecond)) / 2;
    lengthMs += pieceMs;
  }
  return lengthMs === 0 ? 0 : requests / lengthMs;
}

function peakRatePerSecond(curve: RateCurve): number {
  return curve.reduce((peak, piece) => Math.max(peak, piece.fromPerSecond, piece.toPerSecond), 0);
}

function splitInputs({ split, mirror, endpoints }: RunPlan): SplitInputs {
  const methods = mirror?.methods ?? safeMethods;
  const total = (of: typeof endpoints) => of.reduce((sum, endpoint) => sum + endpoint.share, 0);
  const copied = (of: typeof endpoints) => total(of.filter(({ method }) => methods.includes(method)));
  const writes = endpoints.filter((endpoint) => endpoint.write);
  const copyableShare = copied(endpoints);
  // Where no request is marked as a write, all of them write now and then.
  const copyableWriteShare = writes.length === 0 ? copyableShare : copied(writes) / total(writes);
  const share = (mirror?.perMillion ?? 0) / 1e6;
  return {
    newShare: split.newPerMillion / 1e6,
    mirrorTo: mirror?.to,
    mirrorShare: share * copyableShare,
    mirroredWriteShare: share * copyableWriteShare,
    copyableShare,
    copyableWriteShare,
  };
}

/** What a mirror copies unless the scenario says otherwise. */
const safeMethods: readonly string[] = ["GET", "HEAD"];

function serviceInputs({ stores, capacity }: RunPlan, { label, target }: ServicePlan): ServiceInputs {
  const { database, cache } = stores;
  const hitRatio = cache?.hitRatio ?? 0;
  const storeMs =
    database === undefined
      ? 0
      : database.readsPerRequest * (hitRatio * (cache?.hitMs ?? 0) + (1 - hitRatio) * database.readMs) +
        database.writeShare * database.writeMs;
  if (target.kind === "mock") {
    const { mock } = target;
    return {
      label,
      law: serviceLaw(mock.serviceTime, storeMs),
      slotsPerServer: capacity.slotsPerServer ?? mock.concurrency,
      cpuMsPerRequest: mock.cpuPerRequestMs,
    };
  }
  const meanMs = capacity.serviceTimeMs;
  return {
    label,
    law: meanMs === undefined ? undefined : serviceLaw({ law: "exponential", meanMs }),
    slotsPerServer: capacity.slotsPerServer ?? defaultSlots,
    cpuMsPerRequest: 0,
  };
}

/** What a mock has, too: the schema's default for `concurrency`. */
const defaultSlots = 64;

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
