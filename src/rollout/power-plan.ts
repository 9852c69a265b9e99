import { UserError } from "../base/errors.ts";
import { formatCount, formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { type PerVersion, perVersion, type Version, versions } from "../base/version.ts";
import type { GatePlan, RolloutPlan, RolloutStepPlan } from "../scenario/rollout-plan.ts";
import { growthToSee, logQuantileError, logShiftError, powerToSee, usualStrength } from "../stats/power.ts";
import { quantileOf } from "./metric.ts";

/**
 * Whether the steps of a ramp are long enough for their gates to decide, and how long they would have to be.
 *
 * Stated approximations: response times are lognormal with one spread for both versions; requests that queue count
 * for less by the design effect of a mean in their queue, whatever the metric, and errors are independent; what is
 * left out for `initialDelay` is not counted; the error rate of old is as given. No simulation is run.
 */
export type PowerQuestion = {
  /** Requests per second of both versions together. */
  readonly ratePerSecond: number;
  /** σ of the logarithm of response times; see `logSpreadOf`. */
  readonly logSpread: number;
  /** Error rate of old, 0–1. */
  readonly errorRate: number;
  /**
   * By how many times the variance of response times exceeds that of independent requests, at so many requests per
   * second of a version; infinite where it can't keep up. Where that isn't known, they are taken for independent.
   */
  readonly designEffect?: ((version: Version, ratePerSecond: number) => number) | undefined;
};

export type StepPower = {
  readonly stepIndex: number;
  readonly gate: string;
  /** The ratio that is to be told from the gate's limit. */
  readonly ratio: number;
  readonly requests: PerVersion<number>;
  /** Probability that one measurement fails a version with that ratio, 0–1. */
  readonly power: number;
  /** How long a measurement must last for the usual power. */
  readonly neededMs: number;
  readonly isDecidable: boolean;
  readonly isRefused: boolean;
  readonly sentence: string;
};

/** Every gate with a highest ratio, in every step in which both versions get traffic. */
export function planPower(rollout: RolloutPlan, question: PowerQuestion): readonly StepPower[] {
  return rollout.steps.flatMap((step, stepIndex) =>
    rollout.gates.flatMap((gate) => powerOf(gate, step, { ...question, stepIndex }) ?? []),
  );
}

/** @throws UserError where a step can't tell the ratio that its gate states with `detectRatio` */
export function refuseUndecidable(powers: readonly StepPower[]): void {
  const refused = powers.filter(({ isRefused }) => isRefused);
  if (refused.length === 0) return;
  throw new UserError("scenario-invalid", refused.map(({ sentence }) => sentence).join("\n"));
}

function powerOf(
  gate: GatePlan,
  step: RolloutStepPlan,
  question: PowerQuestion & { readonly stepIndex: number },
): StepPower | undefined {
  const { newShare } = step;
  if (gate.maxRatio === undefined || gate.ratioConfidence === 0 || newShare === 0 || newShare === 1)
    return undefined;
  const ratio = gate.detectRatio ?? gate.maxRatio ** 2;
  const measuredMs = Math.min(gate.intervalMs ?? Number.POSITIVE_INFINITY, step.holdMs) - delayOf(gate);
  const total = (question.ratePerSecond * measuredMs) / 1000;
  const requests = { old: total * (1 - newShare), new: total * newShare };
  const effects = effectsOf(gate, newShare, question);
  const worth = perVersion((version) => requests[version] / effects[version]);
  const error = logRatioError(gate, worth, { ...question, ratio });
  const effect = Math.log(ratio / gate.maxRatio);
  if (error === undefined || !(effect > 0)) return undefined;
  const strength = { ...usualStrength, confidence: gate.ratioConfidence };
  const neededMs = measuredMs * growthToSee(error, effect, strength);
  const power = powerToSee(error, effect, gate.ratioConfidence);
  const isDecidable = power >= usualStrength.power;
  const place = `step ${question.stepIndex + 1}, ${gate.name}`;
  const sample = `${formatCount(requests.new)} requests of new and ${formatCount(requests.old)} of old${worthNote({ requests, worth }, gate.metric === "errorRate" || question.designEffect !== undefined)}`;
  return {
    stepIndex: question.stepIndex,
    gate: gate.name,
    ratio,
    requests,
    power,
    neededMs,
    isDecidable,
    isRefused: !isDecidable && gate.detectRatio !== undefined,
    sentence: isDecidable
      ? `${place}: ${sample} tell a ratio of ${formatNumber(ratio)} from the limit with a probability of ${formatShare(power)}`
      : `${place}: ${sample} tell a ratio of ${formatNumber(ratio)} from the limit with a probability of only ${formatShare(power)}; ${remedy(neededMs)}`,
  };
}

function remedy(neededMs: number): string {
  if (!Number.isFinite(neededMs))
    return "no measurement would do, for a version can't keep up with its requests";
  return `a measurement of ${formatDurationMs(neededMs)} would reach ${formatShare(usualStrength.power)}`;
}

/** Errors of one request say nothing of the next; times do, where requests wait for one another. */
function effectsOf(
  { metric }: GatePlan,
  newShare: number,
  { designEffect, ratePerSecond }: PowerQuestion,
): PerVersion<number> {
  if (designEffect === undefined || metric === "errorRate") return { old: 1, new: 1 };
  return {
    old: designEffect("old", ratePerSecond * (1 - newShare)),
    new: designEffect("new", ratePerSecond * newShare),
  };
}

/** Said where it matters: half a percent of the requests is nothing. */
function worthNote(
  { requests, worth }: { readonly requests: PerVersion<number>; readonly worth: PerVersion<number> },
  isKnown: boolean,
): string {
  if (!isKnown) return " (taken for independent)";
  if (versions.every((version) => worth[version] > requests[version] * 0.995)) return "";
  return `, which queue and are worth ${formatCount(Math.floor(worth.new))} and ${formatCount(Math.floor(worth.old))} independent ones,`;
}

/** Only a measurement that ends with the step has the delay taken out of it. */
function delayOf(gate: GatePlan): number {
  return gate.intervalMs === undefined ? gate.initialDelayMs : 0;
}

/** Standard error of the logarithm of the metric's ratio; undefined where no approximation is known. */
function logRatioError(
  { metric }: GatePlan,
  requests: PerVersion<number>,
  { logSpread, errorRate, ratio }: PowerQuestion & { readonly ratio: number },
): number | undefined {
  const overBoth = (perRequest: number) => perRequest * Math.sqrt(1 / requests.old + 1 / requests.new);
  switch (metric) {
    case "responseTime.shift":
      return overBoth(logShiftError(logSpread));
    case "responseTime.mean":
      return overBoth(Math.sqrt(Math.expm1(logSpread ** 2)));
    case "responseTime.p50":
    case "responseTime.p90":
    case "responseTime.p95":
    case "responseTime.p99":
    case "responseTime.p999":
      return overBoth(logQuantileError(quantileOf(metric), logSpread));
    case "errorRate": {
      if (errorRate === 0) return undefined;
      const newRate = Math.min(1, errorRate * ratio);
      return Math.sqrt(
        (1 - errorRate) / (errorRate * requests.old) + (1 - newRate) / (newRate * requests.new),
      );
    }
    default:
      return undefined;
  }
}
