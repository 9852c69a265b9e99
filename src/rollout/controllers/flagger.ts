import { formatDurationMs, formatShare } from "../../base/units.ts";
import type { ObservedWindow } from "../gate-progress.ts";
import { estimateMetric } from "../metric.ts";
import { addSamples, emptySample, endedCount, type Sample } from "../sample.ts";
import type { Controller, ControllerStep } from "./controller.ts";

/**
 * A look-alike of Flagger's weighted canary, by the rules its documentation and source state: one check every
 * interval (10 s at least) of success rate and p99 of new, missing values being a failed check; a failed check
 * halts the advance; rolled back when failed checks reach `threshold`, counted over the whole analysis; a passed
 * check adds `stepWeight` until `maxWeight`, then new is promoted.
 */
export type FlaggerOptions = {
  readonly intervalMs: number;
  readonly threshold: number;
  /** 0–1. */
  readonly stepWeight: number;
  readonly maxWeight: number;
  /** 0–1, of answers without a server error. */
  readonly minSuccessRate: number;
  readonly maxP99Ms: number;
};

const shortestIntervalMs = 10_000;

export function flaggerController(options: FlaggerOptions, atMs: number): Controller {
  const intervalMs = Math.max(shortestIntervalMs, options.intervalMs);
  return controllerOf(
    { ...options, intervalMs },
    {
      pending: emptySample,
      nextCheckMs: atMs + intervalMs,
      failedChecks: 0,
      newShare: options.stepWeight,
      phase: "running",
    },
  );
}

type State = {
  readonly pending: Sample;
  readonly nextCheckMs: number;
  readonly failedChecks: number;
  readonly newShare: number;
  readonly phase: Controller["phase"];
};

function controllerOf(options: FlaggerOptions, state: State): Controller {
  return {
    name: "like Flagger",
    newShare: state.newShare,
    phase: state.phase,
    step: (window) => step(options, state, window),
  };
}

function step(options: FlaggerOptions, before: State, window: ObservedWindow): ControllerStep {
  const result = (state: State, ...decisions: string[]): ControllerStep => ({
    controller: controllerOf(options, state),
    decisions,
  });
  if (before.phase !== "running") return result(before);
  const pending = addSamples(before.pending, window.samples.new);
  if (window.atMs < before.nextCheckMs - 1e-6) return result({ ...before, pending });
  const state = { ...before, pending: emptySample, nextCheckMs: window.atMs + options.intervalMs };
  const failure = failureOf(options, pending);
  if (failure !== undefined) {
    const failedChecks = state.failedChecks + 1;
    if (failedChecks < options.threshold) {
      return result({ ...state, failedChecks }, `${failure}; advance halted, ${failedChecks} failed`);
    }
    return result({ ...state, failedChecks, phase: "rolled back", newShare: 0 }, `${failure}; rolled back`);
  }
  if (state.newShare >= options.maxWeight - 1e-9) {
    return result({ ...state, phase: "promoted", newShare: 1 }, "largest weight passed; promoted");
  }
  const newShare = Math.min(options.maxWeight, state.newShare + options.stepWeight);
  return result({ ...state, newShare }, `weight set to ${formatShare(newShare)}`);
}

function failureOf(options: FlaggerOptions, sample: Sample): string | undefined {
  if (endedCount(sample.counts) === 0) return "no values found";
  const availability = estimateMetric("availability", sample, 0).value;
  if (availability < options.minSuccessRate) {
    return `success rate ${formatShare(availability)} below ${formatShare(options.minSuccessRate)}`;
  }
  const p99 = estimateMetric("responseTime.p99", sample, 0).value;
  if (p99 > options.maxP99Ms) return `p99 above ${formatDurationMs(options.maxP99Ms)}`;
  return undefined;
}
