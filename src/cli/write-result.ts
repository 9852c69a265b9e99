import { join } from "node:path";
import type { RunResult } from "../result/schema.ts";
import type { LoadedPlan } from "./load-plan.ts";

/**
 * Leaves a result that nothing was run for as a run leaves its own: the scenario, the result, the reports, in a new
 * directory.
 *
 * @returns a line that says where the page is
 * @throws UserError `run-directory` when the disk refuses
 */
export async function writeResult(out: string, loaded: LoadedPlan, result: RunResult): Promise<string> {
  const { writeReports } = await import("../report/write.ts");
  const { createRunDirectory, resultFile, writeAtomically } = await import("../result/store.ts");
  const { directory } = await createRunDirectory(out, loaded.plan.name, new Date());
  await writeAtomically(join(directory, "scenario.yaml"), loaded.text);
  await writeAtomically(join(directory, resultFile), `${JSON.stringify(result, null, 2)}\n`);
  await writeReports(directory, result);
  return `Report: ${join(directory, "report.html")}`;
}
