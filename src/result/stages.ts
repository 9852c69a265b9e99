import type { StagePlan } from "../scenario/plan.ts";

/**
 * Begins a new stage where the last one ends now: a ramp decides while it runs how long its steps are. Drivers
 * and the record apply the same stages in the same order, so that their numbers agree.
 */
export function beginStage(stages: readonly StagePlan[], next: StagePlan): readonly StagePlan[] {
  const last = stages.at(-1);
  if (last === undefined || last.startMs >= next.startMs) return [...stages.slice(0, -1), next];
  return [...stages.slice(0, -1), { ...last, endMs: next.startMs }, next];
}
