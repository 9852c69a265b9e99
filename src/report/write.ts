import { join } from "node:path";
import type { RunResult } from "../result/schema.ts";
import { writeAtomically } from "../result/store.ts";
import { renderGrowthCsv, renderSecondsCsv } from "./csv.ts";
import { renderReport } from "./html.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";

/** Where the reports of a run are. */
export type WrittenReports = {
  readonly htmlFile: string;
  readonly markdownFile: string;
  readonly junitFile: string;
};

/**
 * Writes every report of a result into its run directory, which exists. Each file appears whole or not at all;
 * reports written before are replaced, because the same result gives the same ones.
 *
 * @throws UserError `run-directory` when the disk refuses
 */
export async function writeReports(directory: string, result: RunResult): Promise<WrittenReports> {
  const htmlFile = join(directory, "report.html");
  const markdownFile = join(directory, "summary.md");
  const junitFile = join(directory, "junit.xml");
  await writeAtomically(htmlFile, await renderReport(result));
  await writeAtomically(markdownFile, renderMarkdown(result));
  await writeAtomically(junitFile, renderJunit(result));
  if (result.seconds.length > 0)
    await writeAtomically(join(directory, "seconds.csv"), renderSecondsCsv(result));
  if (result.growth.length > 0) await writeAtomically(join(directory, "growth.csv"), renderGrowthCsv(result));
  return { htmlFile, markdownFile, junitFile };
}
