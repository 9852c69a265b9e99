import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { judgeRun } from "../analysis/judge.ts";
import { UserError } from "../base/errors.ts";
import { writeReports } from "../report/write.ts";
import { recordOfJournal } from "../result/run-record.ts";
import type { RunResult } from "../result/schema.ts";
import { journalFile, readJournal, readResult, resultFile, writeAtomically } from "../result/store.ts";

export type Rebuilt = {
  readonly directory: string;
  readonly result: RunResult;
  readonly note: string | undefined;
};

/**
 * Writes a run's reports again from its result. A run that was cut off before it had one is first read back
 * from its journal, as far as that reaches.
 *
 * @param run - its directory, or the result or journal in it
 * @throws UserError `result-unreadable`
 */
export async function rebuildReports(run: string): Promise<Rebuilt> {
  const directory = [resultFile, journalFile].includes(basename(run)) ? dirname(run) : run;
  const hasResult = existsSync(join(directory, resultFile));
  const rebuilt = hasResult
    ? { directory, result: await readResult(directory), note: undefined }
    : await recover(directory);
  await writeReports(directory, rebuilt.result);
  return rebuilt;
}

async function recover(directory: string): Promise<Rebuilt> {
  if (!existsSync(join(directory, journalFile))) {
    throw new UserError("result-unreadable", `${directory} holds neither ${resultFile} nor ${journalFile}.`);
  }
  const { entries, torn } = await readJournal(directory);
  const record = recordOfJournal(entries);
  if (record === undefined) {
    throw new UserError("result-unreadable", `The journal in ${directory} ends before the run began.`);
  }
  const result = judgeRun(record.toResult(), record.plan);
  await writeAtomically(join(directory, resultFile), `${JSON.stringify(result, null, 2)}\n`);
  const seconds = Math.max(0, Math.round(result.totals.durationMs / 1000));
  const planned = Math.round(record.plan.timeline.durationMs / 1000);
  const where = torn === undefined ? "" : ` (${torn})`;
  return { directory, result, note: `Recovered ${seconds} of ${planned} seconds from the journal${where}.` };
}
