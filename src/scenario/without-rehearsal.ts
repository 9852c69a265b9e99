import type { RunPlan } from "./plan.ts";

/**
 * A plan whose run has one constant state: its requests and services, but no ramp, gates, breaker or faults, no
 * comparison, and nothing to be foretold.
 */
export function withoutRehearsal(plan: RunPlan): RunPlan {
  return {
    ...plan,
    compare: undefined,
    gates: [],
    rollout: undefined,
    breaker: undefined,
    faults: [],
    predict: undefined,
    engine: "open-loop",
  };
}
