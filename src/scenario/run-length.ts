import type { Scenario } from "./schema.ts";

const standardMs = 30_000;

/** Length of the measured part: as the scenario says; else as long as its ramp takes; else half a minute. */
export function runLengthMs({ run, rollout }: Pick<Scenario, "run" | "rollout">): number {
  if (run.duration !== undefined) return run.duration;
  if (rollout.steps === undefined) return standardMs;
  const heldMs = rollout.steps.reduce((sum, step) => sum + step.hold, 0);
  const isComplete = rollout.steps.at(-1)?.new === 1;
  return heldMs + (isComplete ? rollout.bake + rollout.drain : 0);
}
