import type { StagePlan } from "../scenario/plan.ts";

/**
 * Begins new stages at the moment of the first of them: what was planned from there on is replaced, and the stage
 * under way ends. A ramp decides while it runs how long its steps are, and a change of the split begins a stage in
 * the middle of a load's step. Drivers and the record apply the same stages in the same order, so that their
 * numbers agree.
 */
export function beginStages(stages: readonly StagePlan[], next: readonly StagePlan[]): readonly StagePlan[] {
  const fromMs = next[0]?.startMs ?? Number.POSITIVE_INFINITY;
  const before = stages
    .filter(({ startMs }) => startMs < fromMs)
    .map((stage) => (stage.endMs > fromMs ? { ...stage, endMs: fromMs } : stage));
  return [...before, ...next];
}

/**
 * Share of a stage's requests that new is given, a header's own route and then a provider's flag counted; undefined
 * where nobody knows.
 */
export function shareOfNew({
  newShare,
  routed = { share: 0 },
  flagged = { toNew: 0, toOld: 0 },
}: Pick<StagePlan, "newShare" | "routed" | "flagged">): number | undefined {
  const { toNew, toOld } = flagged;
  if (routed.share === undefined || toNew === undefined || toOld === undefined) return undefined;
  return routed.share + (1 - routed.share) * (toNew + (1 - toNew - toOld) * newShare);
}
