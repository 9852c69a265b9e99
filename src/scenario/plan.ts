import { createHash } from "node:crypto";
import { deepFreeze } from "../base/deep-freeze.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { type CapacityPlan, type HabitsPlan, planCapacity, planHabits } from "./capacity-plan.ts";
import { type ComparePlan, planCompare } from "./compare-plan.ts";
import { type FaultPlan, planFault } from "./fault-plan.ts";
import type { ProvidedFlag } from "./flag-file.ts";
import { planQueue, type QueuePlan } from "./queue-plan.ts";
import { planRetries, type RetryPlan } from "./retry-plan.ts";
import {
  type BreakerPlan,
  type GatePlan,
  type HeaderRoute,
  planBreaker,
  planGates,
  planRollout,
  type RolloutPlan,
  setsMirror,
} from "./rollout-plan.ts";
import { planRules, type RulePlan, routedShare } from "./routing-rule.ts";
import { runLengthMs } from "./run-length.ts";
import { type Scenario, usualMirror } from "./schema.ts";
import { planSecondService, type SecondServicePlan } from "./second-service-plan.ts";
import { planService, planStores, type ServicePlan, type StoresPlan } from "./service-plan.ts";
import {
  type ConnectionsPlan,
  type EjectionPlan,
  planConnections,
  planEjection,
} from "./split-protection-plan.ts";
import { type FlagProviderPlan, planSplitSource, type SplitSourcePlan } from "./split-source-plan.ts";
import {
  type EndpointPlan,
  flat,
  type LoadPlan,
  planEndpoints,
  planLoad,
  type RatePiece,
  shapeCurve,
} from "./workload-plan.ts";

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
  /** What clients do about attempts that fail; undefined where they ask once. */
  readonly retries?: RetryPlan | undefined;
  readonly timeline: Timeline;
  readonly services: PerVersion<ServicePlan>;
  /** Present where the scenario has one. */
  readonly secondService?: SecondServicePlan;
  readonly queue?: QueuePlan;
  readonly stores: StoresPlan;
  readonly split: SplitPlan;
  readonly splitSource: SplitSourcePlan | undefined;
  readonly flagProvider: FlagProviderPlan | undefined;
  readonly ejection: EjectionPlan | undefined;
  readonly connections: ConnectionsPlan;
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
  /** Where a calibrated profile lies, as the scenario names it; who loads the plan reads it. */
  readonly calibrationFile: string | undefined;
  readonly telemetry: Scenario["telemetry"];
  readonly drivers: number;
  readonly engine: Scenario["run"]["engine"];
  /** Whether what the instrument itself adds is measured before the load. */
  readonly calibrate: boolean;
  readonly allowTargets: readonly string[];
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
  /** Beside it, a header's own route: the share of all requests that carry it, absent where that isn't known. */
  readonly routed?: { readonly share?: number };
  /** Before the share, what a provider's flag decides; absent without one, or where it hasn't been read. */
  readonly flagged?: FlaggedShares;
};

/** Shares of the requests that no rule takes, 0–1; absent where the requests' own headers decide. */
export type FlaggedShares = { readonly toNew?: number; readonly toOld?: number };

/** Shares as whole numbers per million: exact, and fine enough for 0.01 %. */
export type SplitPlan = {
  readonly seed: number;
  readonly newPerMillion: number;
  readonly by: "user" | "request";
  /** Where a user's key is found; the name in lower case. */
  readonly userKey: { readonly kind: "header" | "cookie"; readonly name: string };
  /** Before the flags, first match wins. */
  readonly rules?: readonly RulePlan[];
  readonly flags: readonly FlagPlan[];
  /** After the flags: what reaches new beside its share, as the step of a ramp says. */
  readonly headerRoute?: HeaderRoute;
  /** Last before the share: the flag of a provider, once its file has been read. */
  readonly providedFlag?: ProvidedFlag | undefined;
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

/** Settles every choice of a scenario. */
export function planScenario(scenario: Scenario): RunPlan {
  const { run, workload } = scenario;
  const load = planLoad(scenario);
  const endpoints = planEndpoints(workload.requests);
  const rollout = planRollout(scenario.rollout);
  const split = planSplit(scenario, planRules(scenario.split.rules, endpoints), rollout);
  const routed = split.headerRoute && routedShare(split.headerRoute, { endpoints, split });
  const queue = planQueue(scenario.stores.queue);
  const secondService = planSecondService(scenario.services.second, scenario.split.new);
  const plan: RunPlan = {
    name: scenario.name,
    description: scenario.description,
    hash: createHash("sha256").update(JSON.stringify(scenario)).digest("hex").slice(0, 16),
    seed: run.seed,
    users: scenario.users,
    load,
    endpoints,
    limits: {
      timeoutMs: workload.timeout,
      maxConnections: workload.maxConnections ?? (load.kind === "closed" ? load.users : 1000),
      maxQueueAgeMs: workload.maxQueueAge,
    },
    ...(workload.retries !== undefined && { retries: planRetries(workload.retries) }),
    timeline: {
      warmUpMs: run.warmUp,
      durationMs: runLengthMs(scenario),
      graceMs: run.grace,
      stages: planStages(scenario).map((stage) => (routed === undefined ? stage : { ...stage, routed })),
    },
    services: perVersion((version) => planService(scenario, version)),
    ...(secondService !== undefined && { secondService }),
    ...(queue !== undefined && { queue }),
    stores: planStores(scenario.stores),
    split,
    splitSource: planSplitSource(scenario.split.source),
    flagProvider: scenario.split.provider,
    ejection: planEjection(scenario.split.ejection),
    connections: planConnections(scenario.split.connections),
    mirror: planMirror(scenario, rollout),
    compare: planCompare(scenario.compare),
    gates: planGates(scenario.rollout),
    rollout,
    breaker: planBreaker(scenario.rollout),
    faults: scenario.faults.map(planFault),
    slo: scenario.slo,
    capacity: planCapacity(scenario.capacity),
    growth: scenario.growth,
    habits: planHabits(scenario),
    migration: scenario.migration,
    predict: scenario.predict,
    calibrationFile: scenario.calibration,
    telemetry: scenario.telemetry,
    drivers: run.drivers,
    engine: run.engine,
    calibrate: run.calibrate,
    allowTargets: run.allowTargets,
  };
  return deepFreeze(plan);
}

/** A share 0–1 as a whole number per million. */
export function perMillion(share: number): number {
  return Math.round(share * 1e6);
}

function planSplit(
  scenario: Scenario,
  rules: readonly RulePlan[],
  rollout: RolloutPlan | undefined,
): SplitPlan {
  const { run, split } = scenario;
  const headerRoute = rollout?.steps[0]?.headerRoute;
  return {
    seed: run.seed,
    newPerMillion: perMillion(firstShare(scenario)),
    by: split.by,
    userKey: planUserKey(split.userKey),
    ...(rules.length > 0 && { rules }),
    flags: split.flags.map((flag) => ({
      header: flag.header.toLowerCase(),
      equals: flag.equals,
      to: flag.to,
      userShare: flag.share ?? 0,
    })),
    ...(headerRoute !== undefined && { headerRoute }),
  };
}

/** The share that a run begins with: the split's, or that of a ramp's first step. */
function firstShare({ split, rollout }: Scenario): number {
  return rollout.steps?.[0]?.new ?? split.new;
}

/**
 * Where the load is made of steps, each step is a stage; else the measured part is one stage. The steps of a
 * ramp become stages while it runs, since how long they last is decided then.
 */
function planStages(scenario: Scenario): readonly StagePlan[] {
  const { run, workload } = scenario;
  const lengthMs = runLengthMs(scenario);
  const newShare = firstShare(scenario);
  const rates = workload.ratePerSecond;
  const measured: readonly RatePiece[] =
    typeof rates === "object" && ("steps" in rates || "spike" in rates)
      ? shapeCurve(rates, lengthMs)
      : [flat(0, lengthMs, 0)];
  const stages = measured.map((piece, index) => ({
    name: measured.length === 1 ? "main" : `step ${index + 1}: ${piece.fromPerSecond}/s`,
    startMs: piece.startMs,
    endMs: piece.endMs,
    warmUp: false,
    newShare,
  }));
  if (run.warmUp === 0) return stages;
  return [{ name: "warm-up", startMs: -run.warmUp, endMs: 0, warmUp: true, newShare }, ...stages];
}

function planUserKey(key: Scenario["split"]["userKey"]): SplitPlan["userKey"] {
  return "header" in key
    ? { kind: "header", name: key.header.toLowerCase() }
    : { kind: "cookie", name: key.cookie };
}

/** Where a ramp says what is copied, its first step does; how it is copied is said once for all of them. */
function planMirror({ split }: Scenario, rollout: RolloutPlan | undefined): MirrorPlan | undefined {
  const isRamped = setsMirror(rollout);
  const mirror = split.mirror ?? (isRamped ? usualMirror() : undefined);
  return (
    mirror && {
      to: mirror.to,
      perMillion: perMillion(isRamped ? (rollout?.steps[0]?.mirrorShare ?? 0) : mirror.share),
      methods: mirror.methods.map((method) => method.toUpperCase()),
      deadlineMs: mirror.deadline,
      maxInFlight: mirror.maxInFlight,
      maxBodyBytes: mirror.maxBody,
    }
  );
}
