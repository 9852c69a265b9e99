import { createHash } from "node:crypto";
import { deepFreeze } from "../base/deep-freeze.ts";
import { invariant } from "../base/invariant.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { type CapacityPlan, type HabitsPlan, planCapacity, planHabits } from "./capacity-plan.ts";
import { type ComparePlan, planCompare } from "./compare-plan.ts";
import {
  type BreakerPlan,
  type GatePlan,
  planBreaker,
  planGates,
  planRollout,
  type RolloutPlan,
} from "./rollout-plan.ts";
import type { RateShape, Scenario, ServiceTimeLaw } from "./schema.ts";

/**
 * What all three clocks work from: the scenario with every choice made, every quantity a plain number with
 * its unit in its name, frozen. Times are in ms from the start of the measured part; the warm-up lies before
 * it, at negative times.
 */
export type RunPlan = {
  readonly name: string;
  readonly description: string | undefined;
  /** The first 16 hex digits of SHA-256 over the scenario as read, defaults filled in. */
  readonly hash: string;
  readonly seed: number;
  readonly users: number;
  readonly load: LoadPlan;
  readonly endpoints: readonly EndpointPlan[];
  readonly limits: RequestLimits;
  readonly timeline: Timeline;
  readonly services: PerVersion<ServicePlan>;
  readonly stores: StoresPlan;
  readonly split: SplitPlan;
  readonly mirror: MirrorPlan | undefined;
  readonly compare: ComparePlan | undefined;
  /** Conditions that are judged on the whole run, or in each step of a ramp. */
  readonly gates: readonly GatePlan[];
  readonly rollout: RolloutPlan | undefined;
  readonly breaker: BreakerPlan | undefined;
  readonly faults: readonly FaultPlan[];
  readonly slo: Scenario["slo"];
  readonly capacity: CapacityPlan;
  readonly growth: Scenario["growth"];
  /** Requests per user and day, and the peak, where the load is given so. */
  readonly habits: HabitsPlan | undefined;
  readonly migration: Scenario["migration"];
  readonly predict: Scenario["predict"];
  readonly drivers: number;
  readonly engine: Scenario["run"]["engine"];
  readonly allowTargets: readonly string[];
};

/** Open: requests come whatever happens to the earlier ones. Closed: each user waits, thinks, asks again. */
export type LoadPlan =
  | { readonly kind: "open"; readonly arrivals: "poisson" | "constant"; readonly curve: RateCurve }
  | { readonly kind: "trace"; readonly file: string; readonly speed: number }
  | {
      readonly kind: "closed";
      readonly users: number;
      readonly thinkTimeMs: number;
      readonly thinkTime: "exponential" | "constant";
    };

/** Pieces in time order without gaps; within each the rate goes in a straight line. */
export type RateCurve = readonly RatePiece[];
export type RatePiece = {
  readonly startMs: number;
  readonly endMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
};

export type EndpointPlan = {
  readonly name: string;
  readonly method: string;
  /** May hold `{1..1000}`, `{uuid}`, `{user}`. */
  readonly path: string;
  /** Its share of all requests, 0–1; the shares of a plan add up to 1. */
  readonly share: number;
  readonly write: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

export type RequestLimits = {
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly maxQueueAgeMs: number;
};

export type Timeline = {
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly graceMs: number;
  /** Warm-up first, where there is one; then the measured stages, without gaps, to durationMs. */
  readonly stages: readonly StagePlan[];
};

export type StagePlan = {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly warmUp: boolean;
  /** Configured share of new in this stage, 0–1. */
  readonly newShare: number;
};

export type ServicePlan = {
  readonly label: string;
  readonly target: ServiceTarget;
  readonly health: HealthPlan;
};

export type ServiceTarget =
  | { readonly kind: "mock"; readonly mock: MockPlan }
  | { readonly kind: "url"; readonly url: string; readonly pid: number | undefined };

export type HealthPlan = {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly unhealthyAfter: number;
  readonly healthyAfter: number;
};

export type MockPlan = {
  readonly serviceTime: ServiceTimePlan;
  readonly concurrency: number;
  readonly queue: number;
  readonly replicas: number;
  readonly cpuPerRequestMs: number;
  readonly errorShare: number;
  readonly responseBytes: number;
  readonly coldStart: { readonly forMs: number; readonly factor: number } | undefined;
};

/** A law of service times, in ms. */
export type ServiceTimePlan =
  | { readonly law: "constant"; readonly ms: number }
  | { readonly law: "exponential"; readonly meanMs: number }
  | { readonly law: "lognormal"; readonly meanMs: number; readonly p99Ms: number }
  | { readonly law: "gamma"; readonly meanMs: number; readonly shape: number }
  | {
      readonly law: "empirical";
      readonly points: readonly { readonly quantile: number; readonly ms: number }[];
    };

export type StoresPlan = {
  readonly database:
    | {
        readonly kind: "modelled" | "postgres";
        readonly topology: "shared" | "separate";
        readonly limitPerSecond: number | undefined;
        readonly readsPerRequest: number;
        readonly writeShare: number;
        readonly readMs: number;
        readonly writeMs: number;
      }
    | undefined;
  readonly cache:
    | { readonly kind: "modelled" | "redis"; readonly hitRatio: number; readonly hitMs: number }
    | undefined;
};

/** Shares as whole numbers per million: exact, and fine enough for 0.01 %. */
export type SplitPlan = {
  readonly seed: number;
  readonly newPerMillion: number;
  readonly by: "user" | "request";
  /** Where a user's key is found; the name in lower case. */
  readonly userKey: { readonly kind: "header" | "cookie"; readonly name: string };
  readonly flags: readonly FlagPlan[];
};

export type FlagPlan = {
  /** Header name in lower case. */
  readonly header: string;
  readonly equals: string;
  readonly to: Version;
  /** Share of users that send the header in a run. */
  readonly userShare: number;
};

export type MirrorPlan = {
  readonly to: Version;
  readonly perMillion: number;
  readonly methods: readonly string[];
  readonly deadlineMs: number;
  readonly maxInFlight: number;
  readonly maxBodyBytes: number;
};

export type FaultPlan = {
  readonly atMs: number;
  readonly forMs: number | undefined;
  readonly service: Scenario["faults"][number]["service"];
  readonly kind: Scenario["faults"][number]["kind"];
  readonly share: number | undefined;
  readonly factor: number | undefined;
};

/** Settles every choice of a scenario. */
export function planScenario(scenario: Scenario): RunPlan {
  const { run, workload } = scenario;
  const load = planLoad(scenario);
  const plan: RunPlan = {
    name: scenario.name,
    description: scenario.description,
    hash: createHash("sha256").update(JSON.stringify(scenario)).digest("hex").slice(0, 16),
    seed: run.seed,
    users: scenario.users,
    load,
    endpoints: planEndpoints(workload.requests),
    limits: {
      timeoutMs: workload.timeout,
      maxConnections: workload.maxConnections ?? (load.kind === "closed" ? load.users : 1000),
      maxQueueAgeMs: workload.maxQueueAge,
    },
    timeline: {
      warmUpMs: run.warmUp,
      durationMs: run.duration,
      graceMs: run.grace,
      stages: planStages(scenario),
    },
    services: perVersion((version) => planService(scenario, version)),
    stores: planStores(scenario.stores),
    split: {
      seed: run.seed,
      newPerMillion: perMillion(scenario.split.new),
      by: scenario.split.by,
      userKey: planUserKey(scenario.split.userKey),
      flags: scenario.split.flags.map((flag) => ({
        header: flag.header.toLowerCase(),
        equals: flag.equals,
        to: flag.to,
        userShare: flag.share ?? 0,
      })),
    },
    mirror: planMirror(scenario.split.mirror),
    compare: planCompare(scenario.compare),
    gates: planGates(scenario.rollout),
    rollout: planRollout(scenario.rollout),
    breaker: planBreaker(scenario.rollout),
    faults: scenario.faults.map((fault) => ({
      atMs: fault.at,
      forMs: fault.for,
      service: fault.service,
      kind: fault.kind,
      share: fault.share,
      factor: fault.factor,
    })),
    slo: scenario.slo,
    capacity: planCapacity(scenario.capacity),
    growth: scenario.growth,
    habits: planHabits(scenario),
    migration: scenario.migration,
    predict: scenario.predict,
    drivers: run.drivers,
    engine: run.engine,
    allowTargets: run.allowTargets,
  };
  return deepFreeze(plan);
}

/** A share 0–1 as a whole number per million. */
export function perMillion(share: number): number {
  return Math.round(share * 1e6);
}

function planLoad(scenario: Scenario): LoadPlan {
  const { workload } = scenario;
  if (typeof workload.arrivals === "object") {
    return { kind: "trace", file: workload.arrivals.trace, speed: workload.arrivals.speed };
  }
  if (workload.thinkTime !== undefined) {
    return {
      kind: "closed",
      users: scenario.users,
      thinkTimeMs: workload.thinkTime,
      thinkTime: workload.arrivals === "poisson" ? "exponential" : "constant",
    };
  }
  return { kind: "open", arrivals: workload.arrivals, curve: planCurve(scenario) };
}

/** The warm-up runs at the rate with which the measured part begins. */
function planCurve(scenario: Scenario): RateCurve {
  const { duration, warmUp } = scenario.run;
  const measured = measuredCurve(scenario, duration);
  const first = measured[0];
  invariant(first !== undefined, "a curve has at least one piece");
  if (warmUp === 0) return measured;
  const rate = first.fromPerSecond;
  return [{ startMs: -warmUp, endMs: 0, fromPerSecond: rate, toPerSecond: rate }, ...measured];
}

function measuredCurve(scenario: Scenario, durationMs: number): RateCurve {
  const { ratePerSecond } = scenario.workload;
  if (typeof ratePerSecond === "object") return shapeCurve(ratePerSecond, durationMs);
  return [flat(0, durationMs, ratePerSecond ?? peakRatePerSecond(scenario))];
}

function peakRatePerSecond({ users, workload }: Scenario): number {
  return (users * (workload.requestsPerUserPerDay ?? 0) * workload.peakFactor) / 86_400;
}

const dailyPieces = 96;

function shapeCurve(shape: RateShape, durationMs: number): RateCurve {
  if ("ramp" in shape) {
    const { from, to, over } = shape.ramp;
    const climbMs = Math.min(over ?? durationMs, durationMs);
    const reached = from + ((to - from) * climbMs) / (over ?? durationMs);
    const climb = { startMs: 0, endMs: climbMs, fromPerSecond: from, toPerSecond: reached };
    return climbMs < durationMs ? [climb, flat(climbMs, durationMs, to)] : [climb];
  }
  if ("steps" in shape) return stepCurve(shape.steps, durationMs);
  if ("spike" in shape) {
    const { base, peak, at, for: lengthMs } = shape.spike;
    const edges = [0, Math.min(at, durationMs), Math.min(at + lengthMs, durationMs), durationMs];
    const rates = [base, peak, base];
    return rates
      .map((rate, index) => flat(edges[index] ?? 0, edges[index + 1] ?? 0, rate))
      .filter((piece) => piece.endMs > piece.startMs);
  }
  const { low, high, period } = shape.daily;
  const pieceMs = period / dailyPieces;
  const rateAt = (ms: number) => low + ((high - low) * (1 - Math.cos((2 * Math.PI * ms) / period))) / 2;
  return Array.from({ length: Math.ceil(durationMs / pieceMs) }, (_, index) => {
    const startMs = index * pieceMs;
    const endMs = Math.min(startMs + pieceMs, durationMs);
    return { startMs, endMs, fromPerSecond: rateAt(startMs), toPerSecond: rateAt(endMs) };
  });
}

type Step = { readonly rate: number; readonly for: number };

function stepCurve(steps: readonly Step[], durationMs: number): RateCurve {
  const pieces: RatePiece[] = [];
  let startMs = 0;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const endMs = isLast ? durationMs : Math.min(startMs + step.for, durationMs);
    if (endMs > startMs) pieces.push(flat(startMs, endMs, step.rate));
    startMs = endMs;
  }
  return pieces;
}

function flat(startMs: number, endMs: number, ratePerSecond: number): RatePiece {
  return { startMs, endMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
}

function planEndpoints(requests: Scenario["workload"]["requests"]): readonly EndpointPlan[] {
  const totalWeight = requests.reduce((sum, request) => sum + request.weight, 0);
  invariant(totalWeight > 0, "the weights of the requests add up to more than 0");
  return requests.map((request) => ({
    name: request.name ?? `${request.method} ${request.path}`,
    method: request.method,
    path: request.path,
    share: request.weight / totalWeight,
    write: request.write ?? !["GET", "HEAD", "OPTIONS"].includes(request.method),
    headers: bodyHeaders(request.headers, request.body),
    body: bodyText(request.body),
  }));
}

function bodyText(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}

function bodyHeaders(headers: Record<string, string>, body: unknown): Record<string, string> {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  if (body === undefined || hasType) return { ...headers };
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return { ...headers, "content-type": type };
}

/** Where the load is made of steps, each step is a stage; else the measured part is one stage. */
function planStages({ run, split, workload }: Scenario): readonly StagePlan[] {
  const rates = workload.ratePerSecond;
  const measured: readonly RatePiece[] =
    typeof rates === "object" && ("steps" in rates || "spike" in rates)
      ? shapeCurve(rates, run.duration)
      : [flat(0, run.duration, 0)];
  const stages = measured.map((piece, index) => ({
    name: measured.length === 1 ? "main" : `step ${index + 1}: ${piece.fromPerSecond}/s`,
    startMs: piece.startMs,
    endMs: piece.endMs,
    warmUp: false,
    newShare: split.new,
  }));
  if (run.warmUp === 0) return stages;
  return [{ name: "warm-up", startMs: -run.warmUp, endMs: 0, warmUp: true, newShare: split.new }, ...stages];
}

function planService(scenario: Scenario, version: Version): ServicePlan {
  const service = scenario.services[version];
  const { health } = service;
  return {
    label: service.label ?? version,
    target:
      service.url === undefined
        ? { kind: "mock", mock: planMock(service.mock) }
        : { kind: "url", url: service.url, pid: service.pid },
    health: {
      path: health.path,
      intervalMs: health.interval,
      timeoutMs: health.timeout,
      unhealthyAfter: health.unhealthyAfter,
      healthyAfter: health.healthyAfter,
    },
  };
}

type Mock = NonNullable<Scenario["services"]["old"]["mock"]>;

function planMock(mock: Mock | undefined): MockPlan {
  invariant(mock !== undefined, "a service without url has a mock");
  return {
    serviceTime: planServiceTime(mock.serviceTime),
    concurrency: mock.concurrency,
    queue: mock.queue,
    replicas: mock.replicas,
    cpuPerRequestMs: mock.cpuPerRequest,
    errorShare: mock.errors,
    responseBytes: mock.responseSize,
    coldStart: mock.coldStart && { forMs: mock.coldStart.for, factor: mock.coldStart.factor },
  };
}

function planServiceTime(law: ServiceTimeLaw): ServiceTimePlan {
  if (typeof law === "number") return { law: "constant", ms: law };
  if ("constant" in law) return { law: "constant", ms: law.constant };
  if ("exponential" in law) return { law: "exponential", meanMs: law.exponential.mean };
  if ("lognormal" in law) return { law: "lognormal", meanMs: law.lognormal.mean, p99Ms: law.lognormal.p99 };
  if ("gamma" in law) return { law: "gamma", meanMs: law.gamma.mean, shape: law.gamma.shape };
  const points = Object.entries(law.empirical)
    .map(([name, ms]) => ({ quantile: Number((Number(name.slice(1)) / 100).toPrecision(12)), ms }))
    .toSorted((left, right) => left.quantile - right.quantile);
  return { law: "empirical", points };
}

function planStores({ database, cache }: Scenario["stores"]): StoresPlan {
  return {
    database: database && {
      kind: database.kind,
      topology: database.topology,
      limitPerSecond: database.limitQps,
      readsPerRequest: database.reads,
      writeShare: database.writes,
      readMs: database.readTime,
      writeMs: database.writeTime,
    },
    cache: cache && { kind: cache.kind, hitRatio: cache.hitRatio, hitMs: cache.hitTime },
  };
}

function planUserKey(key: Scenario["split"]["userKey"]): SplitPlan["userKey"] {
  return "header" in key
    ? { kind: "header", name: key.header.toLowerCase() }
    : { kind: "cookie", name: key.cookie };
}

function planMirror(mirror: Scenario["split"]["mirror"]): MirrorPlan | undefined {
  return (
    mirror && {
      to: mirror.to,
      perMillion: perMillion(mirror.share),
      methods: mirror.methods.map((method) => method.toUpperCase()),
      deadlineMs: mirror.deadline,
      maxInFlight: mirror.maxInFlight,
      maxBodyBytes: mirror.maxBody,
    }
  );
}
