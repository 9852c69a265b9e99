import { formatCount, formatDurationMs, formatShare } from "../base/units.ts";
import type { GuardPlan } from "../scenario/rollout-plan.ts";
import type { GuardEvidence } from "./decision.ts";
import { estimateMetric } from "./metric.ts";
import { addSamples, emptySample, endedCount, type Sample } from "./sample.ts";

/** The loop of seconds: absolute limits on what new answered in each second, without statistics. */
export type GuardState = {
  /** Windows shorter than a second, until they make one. */
  readonly pending: Sample;
  readonly badSeconds: number;
};

export const freshGuard: GuardState = { pending: emptySample, badSeconds: 0 };

export type GuardTrip = { readonly sentence: string; readonly evidence: GuardEvidence };

/** Real windows are a little shorter or longer than a second. */
const almostSecondMs = 900;

/** Takes the next window of new; trips when enough seconds in a row were bad. A quiet second says nothing. */
export function stepGuard(
  plan: GuardPlan,
  state: GuardState,
  window: Sample,
): { readonly state: GuardState; readonly trip: GuardTrip | undefined } {
  const pending = addSamples(state.pending, window);
  if (pending.durationMs < almostSecondMs) return { state: { ...state, pending }, trip: undefined };
  const samples = endedCount(pending.counts);
  if (samples < plan.minSamples) return { state: { ...state, pending: emptySample }, trip: undefined };

  const errorRate = estimateMetric("errorRate", pending, 0).value;
  const responseTimeP99Ms =
    plan.maxResponseTimeP99Ms === undefined
      ? undefined
      : estimateMetric("responseTime.p99", pending, 0).value;
  const isSlow = responseTimeP99Ms !== undefined && responseTimeP99Ms > (plan.maxResponseTimeP99Ms ?? 0);
  const badSeconds = isSlow || errorRate > plan.maxErrorRate ? state.badSeconds + 1 : 0;
  const next = { pending: emptySample, badSeconds };
  if (badSeconds < plan.badSeconds) return { state: next, trip: undefined };
  const evidence = { errorRate, responseTimeP99Ms, samples, badSeconds };
  return { state: freshGuard, trip: { sentence: sentenceOf(plan, evidence), evidence } };
}

function sentenceOf(
  plan: GuardPlan,
  { errorRate, responseTimeP99Ms, samples, badSeconds }: GuardEvidence,
): string {
  const slow =
    responseTimeP99Ms === undefined || plan.maxResponseTimeP99Ms === undefined
      ? ""
      : `, p99 ${Number.isFinite(responseTimeP99Ms) ? formatDurationMs(responseTimeP99Ms) : "endless"} (limit ${formatDurationMs(plan.maxResponseTimeP99Ms)})`;
  return `${badSeconds} bad seconds of new in a row; in the last, ${formatShare(errorRate)} of ${formatCount(samples)} requests failed (limit ${formatShare(plan.maxErrorRate)})${slow}`;
}
