import { formatShare } from "../../base/units.ts";
import { formatMetric } from "../../scenario/rollout-plan.ts";
import type { SampleMetric } from "../../scenario/rollout-schema.ts";
import type { ObservedWindow } from "../gate-progress.ts";
import { estimateMetric } from "../metric.ts";
import { endedCount, type Sample } from "../sample.ts";
import {
  type Controller,
  type ControllerStep,
  extendRange,
  type RampStep,
  type Range,
  sumOfRange,
} from "./controller.ts";

/**
 * A look-alike of Argo Rollouts' canary with a background analysis, by the rules its documentation and source
 * state: setWeight and pause steps; a metric measured every interval from a range query on new alone; failed when
 * more than `failureLimit` measurements failed, so that a limit of 3 fails at the fourth; with both conditions and
 * neither true, inconclusive, which pauses; without data, failed where only a success condition is given and
 * inconclusive where both are; a measurement that can't be taken at all is an error.
 */
export type ArgoOptions = {
  readonly steps: readonly RampStep[];
  readonly initialDelayMs: number;
  readonly intervalMs: number;
  /** How far back the query looks. */
  readonly rangeMs: number;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly metrics: readonly ArgoMetric[];
};

export type ArgoMetric = {
  readonly metric: SampleMetric;
  /** Succeeds at or below it. */
  readonly successMax: number;
  /** Fails above it; undefined: whatever doesn't succeed fails. */
  readonly failureAbove: number | undefined;
};

const consecutiveErrorLimit = 4;

export function argoController(options: ArgoOptions, atMs: number): Controller {
  const first = options.steps[0];
  return controllerOf(options, {
    stepIndex: 0,
    holdUntilMs: atMs + (first?.holdMs ?? 0),
    nextMeasureMs: atMs + options.initialDelayMs + options.intervalMs,
    range: [],
    counts: options.metrics.map(() => ({ failed: 0, inconclusive: 0, consecutiveErrors: 0 })),
    newShare: first?.newShare ?? 0,
    phase: "running",
  });
}

type State = {
  readonly stepIndex: number;
  readonly holdUntilMs: number;
  readonly nextMeasureMs: number;
  readonly range: Range;
  readonly counts: readonly Counts[];
  readonly newShare: number;
  readonly phase: Controller["phase"];
};

type Counts = { readonly failed: number; readonly inconclusive: number; readonly consecutiveErrors: number };
type Measured = "successful" | "failed" | "inconclusive" | "error";

function controllerOf(options: ArgoOptions, state: State): Controller {
  return {
    name: "like Argo Rollouts",
    newShare: state.newShare,
    phase: state.phase,
    step: (window) => step(options, state, window),
  };
}

function step(options: ArgoOptions, before: State, window: ObservedWindow): ControllerStep {
  const result = (state: State, ...decisions: string[]): ControllerStep => ({
    controller: controllerOf(options, state),
    decisions,
  });
  if (before.phase !== "running") return result(before);
  const sample = { atMs: window.atMs, sample: window.samples.new };
  let state: State = { ...before, range: extendRange(before.range, sample, options.rangeMs) };
  if (window.atMs >= state.nextMeasureMs - 1e-6) {
    state = measure(options, state, window);
    const verdict = verdictOf(options, state);
    if (verdict?.phase === "rolled back")
      return result({ ...state, phase: "rolled back", newShare: 0 }, verdict.why);
    if (verdict !== undefined) return result({ ...state, phase: "paused" }, verdict.why);
  }
  if (window.atMs < state.holdUntilMs - 1e-6) return result(state);
  const next = options.steps[state.stepIndex + 1];
  if (next === undefined)
    return result({ ...state, phase: "promoted", newShare: 1 }, "all steps done; promoted");
  const advanced = {
    ...state,
    stepIndex: state.stepIndex + 1,
    holdUntilMs: window.atMs + next.holdMs,
    newShare: next.newShare,
  };
  return result(advanced, `weight set to ${formatShare(next.newShare)}`);
}

function measure(options: ArgoOptions, state: State, window: ObservedWindow): State {
  const sample = sumOfRange(state.range);
  const counts = options.metrics.map((metric, index) => {
    const before = state.counts[index] ?? { failed: 0, inconclusive: 0, consecutiveErrors: 0 };
    const measured = window.distrust === undefined ? judge(metric, sample) : "error";
    return {
      failed: before.failed + (measured === "failed" ? 1 : 0),
      inconclusive: before.inconclusive + (measured === "inconclusive" ? 1 : 0),
      consecutiveErrors: measured === "error" ? before.consecutiveErrors + 1 : 0,
    };
  });
  return { ...state, counts, nextMeasureMs: window.atMs + options.intervalMs };
}

function judge({ metric, successMax, failureAbove }: ArgoMetric, sample: Sample): Measured {
  if (endedCount(sample.counts) === 0) return failureAbove === undefined ? "failed" : "inconclusive";
  const { value } = estimateMetric(metric, sample, 0);
  if (failureAbove !== undefined && value > failureAbove) return "failed";
  if (value <= successMax) return "successful";
  return failureAbove === undefined ? "failed" : "inconclusive";
}

function verdictOf(
  options: ArgoOptions,
  { counts }: State,
): { readonly phase: "rolled back" | "paused"; readonly why: string } | undefined {
  for (const [index, { failed, inconclusive, consecutiveErrors }] of counts.entries()) {
    const metric = options.metrics[index];
    if (metric === undefined) continue;
    const name = `${metric.metric} (limit ${formatMetric(metric.metric, metric.successMax)})`;
    if (failed > options.failureLimit)
      return { phase: "rolled back", why: `${name}: ${failed} failed; aborted` };
    if (consecutiveErrors > consecutiveErrorLimit) {
      return { phase: "rolled back", why: `${name}: ${consecutiveErrors} errors in a row; aborted` };
    }
    if (inconclusive > options.inconclusiveLimit) {
      return { phase: "paused", why: `${name}: ${inconclusive} inconclusive; paused` };
    }
  }
  return undefined;
}
