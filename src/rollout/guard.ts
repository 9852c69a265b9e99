import { formatCount, formatDurationMs, formatShare } from "../base/units.ts";
import type { GuardPlan } from "../scenario/rollout-plan.ts";
import type { GuardEvidence } from "./decision.ts";
import { beyondMeasure } from "./gate-sentence.ts";
import { estimateMetric } from "./metric.ts";
import { addSamples, emptySample, endedCount, type Sample } from "./sample.ts";

/** The loop of seconds: absolute limits on what new answered in each second, without statistics. */
export type GuardState = {
  /** Windows shorter than a second, until they make one. */
  readonly pending: Sample;
  readonly isDoubtful: boolean;
  readonly badSeconds: number;
};

export const freshGuard: GuardState = { pending: emptySample, isDoubtful: false, badSeconds: 0 };

/** What new answered in a window. Doubtful: the load itself was late. */
export type GuardedWindow = { readonly sample: Sample; readonly isDoubtful: boolean };

export type GuardTrip = { readonly sentence: string; readonly evidence: GuardEvidence };

/** Real windows are a little shorter or longer than a second. */
const almostSecondMs = 900;

/**
 * Takes the next window of new; trips when enough seconds in a row were bad. A quiet second says nothing.
 *
 * An error that new answered with is one however late the request was sent, so a doubtful second can be bad; but
 * times, timeouts and requests not sent are then the load's own, so it can't be a good one.
 */
export function stepGuard(
  plan: GuardPlan,
  state: GuardState,
  window: GuardedWindow,
): { readonly state: GuardState; readonly trip: GuardTrip | undefined } {
  const pending = addSamples(state.pending, window.isDoubtful ? answeredOnly(window.sample) : window.sample);
  const isDoubtful = state.isDoubtful || window.isDoubtful;
  if (pending.durationMs < almostSecondMs)
    return { state: { ...state, pending, isDoubtful }, trip: undefined };
  const silent = { ...freshGuard, badSeconds: state.badSeconds };
  const samples = endedCount(pending.counts);
  if (samples < plan.minSamples) return { state: silent, trip: undefined };

  const errorRate = estimateMetric("errorRate", pending, 0).value;
  const responseTimeP99Ms =
    plan.maxResponseTimeP99Ms === undefined || isDoubtful
      ? undefined
      : estimateMetric("responseTime.p99", pending, 0).value;
  const isSlow = responseTimeP99Ms !== undefined && responseTimeP99Ms > (plan.maxResponseTimeP99Ms ?? 0);
  const isBad = isSlow || errorRate > plan.maxErrorRate;
  if (!isBad && isDoubtful) return { state: silent, trip: undefined };
  const badSeconds = isBad ? state.badSeconds + 1 : 0;
  const next = { ...freshGuard, badSeconds };
  if (badSeconds < plan.badSeconds) return { state: next, trip: undefined };
  const evidence = { errorRate, responseTimeP99Ms, samples, badSeconds };
  return { state: freshGuard, trip: { sentence: sentenceOf(plan, evidence, pending), evidence } };
}

/** Without what a late load may have done itself. */
function answeredOnly({ counts, durationMs }: Sample): Sample {
  const { completed, failed } = counts;
  return {
    ...emptySample,
    counts: { ...emptySample.counts, scheduled: completed + failed, completed, failed },
    durationMs,
  };
}

function sentenceOf(
  plan: GuardPlan,
  { errorRate, responseTimeP99Ms, samples, badSeconds }: GuardEvidence,
  { counts }: Sample,
): string {
  const slow =
    responseTimeP99Ms === undefined || plan.maxResponseTimeP99Ms === undefined
      ? ""
      : `, p99 ${Number.isFinite(responseTimeP99Ms) ? formatDurationMs(responseTimeP99Ms) : beyondMeasure(counts)} (limit ${formatDurationMs(plan.maxResponseTimeP99Ms)})`;
  return `${badSeconds} bad seconds of new in a row; in the last, ${formatShare(errorRate)} of ${formatCount(samples)} requests failed (limit ${formatShare(plan.maxErrorRate)})${slow}`;
}
