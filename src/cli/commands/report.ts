import type { CommandModule } from "yargs";
import { print, printJson, wantsColour } from "../output.ts";

type Arguments = { run: string; json: boolean };

export const reportCommand: CommandModule<object, Arguments> = {
  command: "report <run>",
  describe: "Write a run's reports again, also from the journal of one that was cut off",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Run directory" })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "The result as one JSON document on stdout",
      })
      .example(
        "$0 report reports/quickstart-20260304-050607-1a2b",
        "rebuild report.html, summary.md and junit.xml",
      ),
  handler: async ({ run, json }) => {
    const { exitCodeOf } = await import("../../analysis/judge.ts");
    const { rebuildReports } = await import("../rebuild-reports.ts");
    const { renderRunSummary } = await import("../../report/text/run-summary.ts");
    const { result, note } = await rebuildReports(run);
    process.exitCode = exitCodeOf(result);
    if (note !== undefined) process.stderr.write(`${note}\n`);
    if (json) return await printJson(result);
    const widthColumns = process.stdout.columns ?? 110;
    await print(renderRunSummary(result, { colour: wantsColour(process.stdout), widthColumns }));
    await print(`\nReport: ${run}/report.html`);
  },
};
