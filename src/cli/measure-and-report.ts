import { dirname, join } from "node:path";
import { judgeRun } from "../analysis/judge.ts";
import { runScenario } from "../measure/run-scenario.ts";
import { writeReports } from "../report/write.ts";
import type { RunResult } from "../result/schema.ts";
import { createRunDirectory, resultFile, writeAtomically } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { packageVersion } from "./package-version.ts";
import type { ProgressLine } from "./progress-line.ts";

/** What a person asked to be measured, and how it is followed and stopped. */
export type MeasureOrder = {
  readonly loaded: LoadedPlan;
  readonly file: string;
  /** Under which a directory of its own is made. */
  readonly out: string;
  readonly allowedHosts: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
};

export type MeasuredRun = {
  readonly plan: RunPlan;
  /** With which the run's directory begins. */
  readonly name: string;
  /** Sentences that the result has beside its own assumptions. */
  readonly notes?: readonly string[];
};

export type FinishedRun = {
  readonly result: RunResult;
  readonly directory: string;
  readonly runId: string;
};

/**
 * Runs a plan, judges it, and leaves everything in a directory of its own: the scenario, the journal, the result, the
 * reports.
 */
export async function measureAndReport(
  { loaded, file, out, allowedHosts, signal, progress }: MeasureOrder,
  { plan, name, notes = [] }: MeasuredRun,
): Promise<FinishedRun> {
  const startedAt = new Date();
  const { directory, runId } = await createRunDirectory(out, name, startedAt);
  await writeAtomically(join(directory, "scenario.yaml"), loaded.text);
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
  const judged = judgeRun(measured, plan);
  const result = { ...judged, assumptions: [...judged.assumptions, ...notes] };
  await writeAtomically(join(directory, resultFile), `${JSON.stringify(result, null, 2)}\n`);
  await writeReports(directory, result);
  return { result, directory, runId };
}
