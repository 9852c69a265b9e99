import { invariant } from "../base/invariant.ts";
import type { Version } from "../base/version.ts";
import { type AnswerFieldPlan, planAnswerFields } from "./answer-plan.ts";
import { type AutoscalerPlan, planAutoscaler } from "./autoscaler-plan.ts";
import type { Scenario } from "./schema.ts";
import { balancedPhases, type Phases } from "./service-phases.ts";
import type { ServiceTimeLaw } from "./service-schema.ts";
import { planRealCache, planRealDatabase, type RealCachePlan, type RealDatabasePlan } from "./stores-plan.ts";

export type ServicePlan = {
  readonly label: string;
  readonly target: ServiceTarget;
  readonly health: HealthPlan;
  /** undefined where the number of servers stays. */
  readonly autoscaler?: AutoscalerPlan | undefined;
};

export type ServiceTarget =
  | { readonly kind: "mock"; readonly mock: MockPlan }
  | {
      readonly kind: "url";
      readonly url: string;
      readonly pid: number | undefined;
      /** What it is sent as Host. */
      readonly host: string;
    };

export type HealthPlan = {
  readonly path: string;
  /** Whether any answer below 500 will do, because nobody has said which page there is. */
  readonly anyPage?: boolean;
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
  /** Present where the scenario gives some. */
  readonly answerFields?: readonly AnswerFieldPlan[];
  readonly coldStart: { readonly forMs: number; readonly factor: number } | undefined;
};

/** A law of service times, in ms. */
export type ServiceTimePlan =
  | { readonly law: "constant"; readonly ms: number }
  | { readonly law: "exponential"; readonly meanMs: number }
  | { readonly law: "lognormal"; readonly meanMs: number; readonly p99Ms: number }
  | { readonly law: "gamma"; readonly meanMs: number; readonly shape: number }
  | { readonly law: "hyperexponential"; readonly phases: Phases }
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
        /** Exactly where the kind is `postgres`. */
        readonly real?: RealDatabasePlan | undefined;
      }
    | undefined;
  readonly cache:
    | {
        readonly kind: "modelled" | "redis";
        readonly hitRatio: number;
        readonly hitMs: number;
        /** Present where the scenario says it. */
        readonly ttlMs?: number | undefined;
        /** Exactly where the kind is `redis`. */
        readonly real?: RealCachePlan | undefined;
      }
    | undefined;
};

export function planService(scenario: Scenario, version: Version): ServicePlan {
  const service = scenario.services[version];
  const { health } = service;
  return {
    label: service.label ?? version,
    target:
      service.url === undefined
        ? { kind: "mock", mock: planMock(service.mock) }
        : {
            kind: "url",
            url: service.url,
            pid: service.pid,
            host: service.host ?? new URL(service.url).host,
          },
    health: {
      path: health.path ?? "/health",
      anyPage: service.url !== undefined && health.path === undefined,
      intervalMs: health.interval,
      timeoutMs: health.timeout,
      unhealthyAfter: health.unhealthyAfter,
      healthyAfter: health.healthyAfter,
    },
    ...(service.autoscaler !== undefined && { autoscaler: planAutoscaler(service.autoscaler) }),
  };
}

type Mock = NonNullable<Scenario["services"]["old"]["mock"]>;

export function planMock(mock: Mock | undefined): MockPlan {
  invariant(mock !== undefined, "a service without url has a mock");
  return {
    serviceTime: planServiceTime(mock.serviceTime),
    concurrency: mock.concurrency,
    queue: mock.queue,
    replicas: mock.replicas,
    cpuPerRequestMs: mock.cpuPerRequest,
    errorShare: mock.errors,
    responseBytes: mock.responseSize,
    ...(mock.answer !== undefined && { answerFields: planAnswerFields(mock.answer) }),
    coldStart: mock.coldStart && { forMs: mock.coldStart.for, factor: mock.coldStart.factor },
  };
}

function planServiceTime(law: ServiceTimeLaw): ServiceTimePlan {
  if (typeof law === "number") return { law: "constant", ms: law };
  if ("constant" in law) return { law: "constant", ms: law.constant };
  if ("exponential" in law) return { law: "exponential", meanMs: law.exponential.mean };
  if ("lognormal" in law) return { law: "lognormal", meanMs: law.lognormal.mean, p99Ms: law.lognormal.p99 };
  if ("gamma" in law) return { law: "gamma", meanMs: law.gamma.mean, shape: law.gamma.shape };
  if ("hyperexponential" in law) {
    const { mean, scv } = law.hyperexponential;
    return { law: "hyperexponential", phases: balancedPhases(mean, scv) };
  }
  const points = Object.entries(law.empirical)
    .map(([name, ms]) => ({ quantile: Number((Number(name.slice(1)) / 100).toPrecision(12)), ms }))
    .toSorted((left, right) => left.quantile - right.quantile);
  return { law: "empirical", points };
}

/** @throws InvariantError for a combination that `checkStores` reports */
export function planStores({ database, cache }: Scenario["stores"]): StoresPlan {
  return {
    database: database && {
      kind: database.kind,
      topology: database.topology,
      limitPerSecond: database.limitQps,
      readsPerRequest: database.reads,
      writeShare: database.writes,
      readMs: database.readTime,
      writeMs: database.writeTime,
      ...(database.kind === "postgres" && { real: planRealDatabase(database) }),
    },
    cache: cache && {
      kind: cache.kind,
      hitRatio: cache.hitRatio,
      hitMs: cache.hitTime,
      ttlMs: cache.ttl,
      ...(cache.kind === "redis" && { real: planRealCache(cache) }),
    },
  };
}
