import { randomStream } from "../../base/random.ts";
import { formatShare } from "../../base/units.ts";
import type { SampleMetric } from "../../scenario/rollout-schema.ts";
import type { ObservedWindow } from "../gate-progress.ts";
import { estimateMetric } from "../metric.ts";
import { endedCount, type Sample } from "../sample.ts";
import type { Controller, ControllerStep, RampStep } from "./controller.ts";
import { drawDown } from "./equal-size.ts";
import { classifyPoints, type KayentaClass } from "./kayenta-judge.ts";

/**
 * A look-alike of a ramp judged by Kayenta, by the rules its documentation and source state: at the end of each
 * step, one point per window and metric of new against the baseline in the same time; score = passed metrics of
 * those judged; below `marginal` it fails, and the last step must reach `pass`. Half of the metrics without data
 * score 0; a critical metric that doesn't pass scores 0.
 *
 * Its documentation asks for a baseline of the canary's own size, fresh and in the same time. There is none beside
 * old, so each window's baseline is as many of old's requests as new had, drawn at random.
 */
export type KayentaOptions = {
  readonly steps: readonly RampStep[];
  readonly metrics: readonly { readonly metric: SampleMetric; readonly isCritical: boolean }[];
  /** 0–100. */
  readonly pass: number;
  readonly marginal: number;
  /** Of the draws. */
  readonly seed: number;
};

export const usualKayentaThresholds = { pass: 95, marginal: 75 } as const;

export function kayentaController(options: KayentaOptions, atMs: number): Controller {
  const first = options.steps[0];
  return controllerOf(options, {
    stepIndex: 0,
    holdUntilMs: atMs + (first?.holdMs ?? 0),
    points: [],
    newShare: first?.newShare ?? 0,
    phase: "running",
  });
}

type State = {
  readonly stepIndex: number;
  readonly holdUntilMs: number;
  readonly points: readonly { readonly old: Sample; readonly new: Sample }[];
  readonly newShare: number;
  readonly phase: Controller["phase"];
};

/** Most windows of one step; older ones are forgotten. */
const mostPoints = 10_000;

function controllerOf(options: KayentaOptions, state: State): Controller {
  return {
    name: "like Kayenta",
    newShare: state.newShare,
    phase: state.phase,
    step: (window) => step(options, state, window),
  };
}

function step(options: KayentaOptions, before: State, window: ObservedWindow): ControllerStep {
  const result = (state: State, ...decisions: string[]): ControllerStep => ({
    controller: controllerOf(options, state),
    decisions,
  });
  if (before.phase !== "running") return result(before);
  const state = {
    ...before,
    points: [...before.points, equalSized(window, options.seed)].slice(-mostPoints),
  };
  if (window.atMs < state.holdUntilMs - 1e-6) return result(state);
  const score = scoreOf(options, state);
  const isLast = state.stepIndex + 1 >= options.steps.length;
  if (score < options.marginal || (isLast && score < options.pass)) {
    return result({ ...state, phase: "rolled back", newShare: 0 }, `score ${Math.round(score)}; rolled back`);
  }
  const next = options.steps[state.stepIndex + 1];
  if (next === undefined) {
    return result({ ...state, phase: "promoted", newShare: 1 }, `score ${Math.round(score)}; promoted`);
  }
  const advanced: State = {
    ...state,
    stepIndex: state.stepIndex + 1,
    holdUntilMs: window.atMs + next.holdMs,
    points: [],
    newShare: next.newShare,
  };
  return result(advanced, `score ${Math.round(score)}; weight set to ${formatShare(next.newShare)}`);
}

/** Both versions' samples of a window, old's no larger than new's. */
function equalSized({ samples, atMs }: ObservedWindow, seed: number): State["points"][number] {
  const uniform = randomStream(seed, "baseline", Math.round(atMs));
  return { old: drawDown(samples.old, endedCount(samples.new.counts), uniform), new: samples.new };
}

function scoreOf({ metrics }: KayentaOptions, { points }: State): number {
  const judged = metrics.map(({ metric, isCritical }) => ({
    isCritical,
    class: classifyPoints(
      points.map((point) => pointOf(metric, point.old)),
      points.map((point) => pointOf(metric, point.new)),
    ),
  }));
  const count = (wanted: KayentaClass) => judged.filter((each) => each.class === wanted).length;
  const isCriticalBroken = judged.some((each) => each.isCritical && each.class !== "Pass");
  if (isCriticalBroken || count("Nodata") * 2 >= judged.length) return 0;
  return (count("Pass") / (count("Pass") + count("High") + count("Low"))) * 100;
}

function pointOf(metric: SampleMetric, sample: Sample): number {
  return endedCount(sample.counts) === 0 ? Number.NaN : estimateMetric(metric, sample, 0).value;
}
