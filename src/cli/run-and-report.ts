import { dirname, join } from "node:path";
import { judgeRun } from "../analysis/judge.ts";
import { checkRampPower } from "../analysis/ramp-power.ts";
import { runScenario } from "../measure/run-scenario.ts";
import { writeReports } from "../report/write.ts";
import type { RunResult } from "../result/schema.ts";
import { createRunDirectory, resultFile, writeAtomically } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { packageVersion } from "./package-version.ts";
import type { ProgressLine } from "./progress-line.ts";

export type FinishedRun = { readonly result: RunResult; readonly directory: string };

export type RunRequest = {
  readonly loaded: LoadedPlan;
  readonly file: string;
  /** Under which the run gets a directory of its own. */
  readonly out: string;
  readonly allowedHosts: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
};

/**
 * Runs a scenario, judges it, and leaves everything in a directory of its own: the scenario, the journal, the
 * result, the reports.
 */
export async function runAndReport({
  loaded,
  file,
  out,
  allowedHosts,
  signal,
  progress,
}: RunRequest): Promise<FinishedRun> {
  const { plan, text } = loaded;
  checkRampPower(plan);
  const startedAt = new Date();
  const { directory, runId } = await createRunDirectory(out, plan.name, startedAt);
  await writeAtomically(join(directory, "scenario.yaml"), text);
  const measured = await runScenario(plan, {
    directory,
    runId,
    scenarioDirectory: dirname(file),
    allowedHosts,
    twinlaneVersion: packageVersion(),
    startedAt,
    onProgress: progress.show,
    signal,
  }).finally(progress.end);
  const result = withNotes(judgeRun(measured, plan), plan);
  await writeAtomically(join(directory, resultFile), `${JSON.stringify(result, null, 2)}\n`);
  await writeReports(directory, result);
  return { result, directory };
}

/** What the scenario says for other commands than this one. */
function withNotes(result: RunResult, { predict }: RunPlan): RunResult {
  if (predict === undefined) return result;
  const note =
    "`predict` has no part in a single run: this one was at the full load; see `twinlane predict`.";
  return { ...result, assumptions: [...result.assumptions, note] };
}
