import { assertNever, invariant } from "../base/invariant.ts";
import {
  formatCount,
  formatDurationMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
  parseDurationMs,
  parseRatePerSecond,
  parseShare,
} from "../base/units.ts";
import type { Version } from "../base/version.ts";
import type { GateMetric, GateSection, RolloutSection } from "./rollout-schema.ts";

/** A condition with plain numbers: times in ms, shares 0–1, rates per second. */
export type GatePlan = {
  /** For example `new: responseTime.p99 ≤ 200 ms`. */
  readonly name: string;
  readonly metric: GateMetric;
  readonly of: Version;
  readonly vs: Version | undefined;
  readonly max: number | undefined;
  readonly min: number | undefined;
  readonly maxRatio: number | undefined;
  readonly minRatio: number | undefined;
  /** The ratio that each step of a ramp must be able to tell from the limit. */
  readonly detectRatio: number | undefined;
  /** Of the interval that a ratio, and a value, must meet its limit with; 0 looks at the figure alone. */
  readonly ratioConfidence: number;
  readonly valueConfidence: number;
  readonly minSamples: number;
  /** undefined: one measurement, at the end of each step. */
  readonly intervalMs: number | undefined;
  readonly initialDelayMs: number;
  /** Failed measurements that a step survives. */
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly noData: "fail" | "pause" | "ignore";
};

export type RolloutPlan = {
  readonly steps: readonly RolloutStepPlan[];
  readonly gates: readonly GatePlan[];
  readonly onFail: "rollback" | "pause" | "freeze";
  readonly guard: GuardPlan | undefined;
  /** How long new may be out for the splitter; undefined: for ever. */
  readonly maxOutageMs: number | undefined;
  readonly bakeMs: number;
  readonly drainMs: number;
};

/** Requests that reach new whatever its share. Header name in lower case. */
export type HeaderRoute = { readonly header: string; readonly equals: string };

export type RolloutStepPlan = {
  /** 0–1. */
  readonly newShare: number;
  readonly mirrorShare: number;
  readonly headerRoute: HeaderRoute | undefined;
  readonly holdMs: number;
};

export type GuardPlan = {
  readonly maxErrorRate: number;
  readonly maxResponseTimeP99Ms: number | undefined;
  readonly minSamples: number;
  readonly badSeconds: number;
};

export type BreakerPlan = {
  readonly consecutiveFailures: number;
  /** 0–1. */
  readonly failureShare: number;
  readonly minVolume: number;
  readonly windowMs: number;
  readonly openForMs: number;
  readonly trials: number;
};

/** Whether the steps of a ramp say how much is copied; else that is the split's own matter. */
export function setsMirror(rollout: RolloutPlan | undefined): boolean {
  return rollout?.steps.some(({ mirrorShare }) => mirrorShare > 0) ?? false;
}

/** undefined where the scenario has no ramp. */
export function planRollout(rollout: RolloutSection): RolloutPlan | undefined {
  if (rollout.steps === undefined) return undefined;
  return {
    steps: rollout.steps.map((step) => ({
      newShare: step.new,
      mirrorShare: step.mirror ?? 0,
      headerRoute: step.headerRoute && {
        header: step.headerRoute.header.toLowerCase(),
        equals: step.headerRoute.equals,
      },
      holdMs: step.hold,
    })),
    gates: planGates(rollout),
    onFail: rollout.onFail,
    guard: rollout.guard && {
      maxErrorRate: rollout.guard.errorRate,
      maxResponseTimeP99Ms: rollout.guard.responseTimeP99,
      minSamples: rollout.guard.minSamples,
      badSeconds: rollout.guard.badSeconds,
    },
    maxOutageMs: planMaxOutage(rollout),
    bakeMs: rollout.bake,
    drainMs: rollout.drain,
  };
}

/** Without a guard, its usual bad seconds. */
const usualOutageMs = 2000;

function planMaxOutage({ maxOutage, guard }: RolloutSection): number | undefined {
  if (maxOutage === "unlimited") return undefined;
  return maxOutage ?? (guard === undefined ? usualOutageMs : guard.badSeconds * 1000);
}

export function planGates({ gates }: RolloutSection): readonly GatePlan[] {
  return gates.map(planGate);
}

export function planBreaker({ breaker }: RolloutSection): BreakerPlan | undefined {
  return (
    breaker && {
      consecutiveFailures: breaker.consecutiveFailures,
      failureShare: breaker.failureShare,
      minVolume: breaker.minVolume,
      windowMs: breaker.window,
      openForMs: breaker.openFor,
      trials: breaker.trials,
    }
  );
}

const defaultRatioConfidence = 0.95;

function planGate(gate: GateSection): GatePlan {
  const limit = (written: string | number | undefined) =>
    written === undefined ? undefined : knownMetric(gate.metric, written);
  const limits = { max: limit(gate.max), min: limit(gate.min) };
  return {
    name: `${gate.metric === "divergence.rows" ? "" : `${gate.of}: `}${gate.metric} ${conditions(gate, limits).join(" and ")}`,
    metric: gate.metric,
    of: gate.of,
    vs: gate.vs,
    ...limits,
    maxRatio: gate.maxRatio,
    minRatio: gate.minRatio,
    detectRatio: gate.detectRatio,
    ratioConfidence: gate.confidence ?? defaultRatioConfidence,
    valueConfidence: gate.confidence ?? 0,
    minSamples: gate.minSamples,
    intervalMs: gate.interval,
    initialDelayMs: gate.initialDelay,
    failureLimit: gate.failureLimit,
    inconclusiveLimit: gate.inconclusiveLimit,
    noData: gate.noData,
  };
}

type Limits = { readonly max: number | undefined; readonly min: number | undefined };

function conditions(gate: GateSection, { max, min }: Limits): readonly string[] {
  return [
    max !== undefined && `≤ ${formatMetric(gate.metric, max)}`,
    min !== undefined && `≥ ${formatMetric(gate.metric, min)}`,
    gate.maxRatio !== undefined && `≤ ${formatNumber(gate.maxRatio)} × ${gate.vs}`,
    gate.minRatio !== undefined && `≥ ${formatNumber(gate.minRatio)} × ${gate.vs}`,
  ].filter((text) => text !== false);
}

/** A gate's limit in the metric's base unit: ms, a share, or per second; undefined where it can't be read. */
export function readMetric(metric: GateMetric, written: string | number): number | undefined {
  const text = String(written);
  switch (metricUnit(metric)) {
    case "share": {
      const share = parseShare(text);
      return share !== undefined && share >= 0 && share <= 1 ? share : undefined;
    }
    case "ratePerSecond":
      return parseRatePerSecond(text);
    case "rows":
      return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    default:
      return parseDurationMs(text);
  }
}

/** A value of the metric as a person reads it. */
export function formatMetric(metric: GateMetric, value: number): string {
  const unit = metricUnit(metric);
  switch (unit) {
    case "share":
      return formatShare(value);
    case "ratePerSecond":
      return formatRatePerSecond(value);
    case "ms":
      return formatDurationMs(value);
    case "rows":
      return formatCount(value);
    default:
      return assertNever(unit);
  }
}

export type MetricUnit = "ms" | "share" | "ratePerSecond" | "rows";

export function metricUnit(metric: GateMetric): MetricUnit {
  if (metric === "divergence.rows") return "rows";
  if (metric === "errorRate" || metric === "availability" || metric === "compare.mismatchShare")
    return "share";
  return metric === "throughput" ? "ratePerSecond" : "ms";
}

function knownMetric(metric: GateMetric, written: string | number): number {
  const value = readMetric(metric, written);
  invariant(value !== undefined, "a checked gate's limit can be read");
  return value;
}
