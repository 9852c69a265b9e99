import { dirname } from "node:path";
import type { RunPlan } from "../scenario/plan.ts";

/**
 * When the requests of a trace come due, ms from the first; undefined for any other load.
 *
 * @throws UserError scenario-unreadable, or scenario-invalid when the trace can't be used
 */
export async function traceTimes(
  plan: RunPlan,
  scenarioFile: string,
): Promise<readonly number[] | undefined> {
  if (plan.load.kind !== "trace") return undefined;
  const { readInputs } = await import("../measure/driver/read-inputs.ts");
  return readInputs(plan, dirname(scenarioFile)).trace.map(({ atMs }) => atMs);
}
