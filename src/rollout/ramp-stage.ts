import { formatShare } from "../base/units.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import { routedShare } from "../scenario/routing-rule.ts";
import type { RolloutState } from "./rollout-state.ts";

/** The stage that begins where a ramp changes the split; it lasts to the end until another begins. */
export function rampStage(
  { phase, stepIndex, split: { newShare, headerRoute } }: RolloutState,
  startMs: number,
  plan: RunPlan,
): StagePlan {
  const share = formatShare(newShare);
  const flagged = plan.timeline.stages.at(-1)?.flagged;
  return {
    name: phase === "step" ? `step ${stepIndex + 1}: ${share}` : `${phase}: ${share}`,
    startMs,
    endMs: plan.timeline.durationMs,
    warmUp: false,
    newShare,
    ...(flagged !== undefined && { flagged }),
    ...(headerRoute !== undefined && { routed: routedShare(headerRoute, plan) }),
  };
}
