import type { HeaderRoute } from "../scenario/rollout-plan.ts";
import type { GateMetric } from "../scenario/rollout-schema.ts";
import type { GateVerdict } from "./gate.ts";

/** Who gets what, as a decision leaves it. Shares are 0–1. */
export type SplitTarget = {
  readonly newShare: number;
  readonly mirrorShare: number;
  readonly headerRoute: HeaderRoute | undefined;
};

export const allToOld: SplitTarget = { newShare: 0, mirrorShare: 0, headerRoute: undefined };
export const allToNew: SplitTarget = { newShare: 1, mirrorShare: 0, headerRoute: undefined };

/**
 * The loop that decided. `breaker`: single calls, milliseconds. `guard`: absolute limits, seconds. `judge`:
 * gates, per step. `ramp`: the plan's own course. `person`: somebody asked.
 */
export type Loop = "breaker" | "guard" | "judge" | "ramp" | "person";

export type DecisionKind =
  | "set split"
  | "hold longer"
  | "pause"
  | "freeze"
  | "roll back"
  | "promote"
  | "drain old"
  | "release old"
  | "end"
  /** Seen and said, but nothing is done about it. */
  | "note";

export type Decision = {
  readonly atMs: number;
  readonly loop: Loop;
  readonly kind: DecisionKind;
  /** The split in force from now on. */
  readonly split: SplitTarget;
  /** What was decided and why, with its numbers. */
  readonly sentence: string;
  readonly evidence: Evidence;
};

export type Evidence =
  | { readonly kind: "plan" }
  | { readonly kind: "gates"; readonly measurements: readonly Measurement[] }
  | { readonly kind: "guard"; readonly guard: GuardEvidence }
  | { readonly kind: "outage"; readonly outage: OutageEvidence }
  | { readonly kind: "breaker"; readonly breaker: BreakerEvidence }
  | { readonly kind: "requests"; readonly requests: RequestEvidence }
  | { readonly kind: "person"; readonly by: string };

/** A gate judged once. `ERROR`: nothing trustworthy was measured, through no fault of either version. */
export type Measurement = {
  readonly gate: string;
  readonly metric: GateMetric;
  readonly atMs: number;
  readonly state: GateVerdict["state"] | "ERROR";
  readonly reason: string;
  readonly verdict: GateVerdict | undefined;
};

export type GuardEvidence = {
  /** 0–1, of the last bad second. */
  readonly errorRate: number;
  readonly responseTimeP99Ms: number | undefined;
  readonly samples: number;
  readonly badSeconds: number;
};

/** New was out for the splitter, which sent its requests to old. */
export type OutageEvidence = {
  readonly sinceMs: number;
  readonly outMs: number;
  readonly limitMs: number;
  /** What took it out, in the splitter's words. */
  readonly cause: string;
};

export type RequestEvidence = {
  /** Requests of new that ended in the step. */
  readonly newEnded: number;
  /** Windows of the step, and those whose figures must not be used. */
  readonly windows: number;
  readonly distrusted: number;
  readonly oldInFlight: number | undefined;
};

export type BreakerEvidence = {
  readonly cause: "consecutive failures" | "failure share" | "failed trial" | "trials succeeded";
  readonly consecutiveFailures: number;
  readonly failures: number;
  readonly calls: number;
};
