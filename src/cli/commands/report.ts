import { join } from "node:path";
import type { CommandModule } from "yargs";
import { print, printJson, textLayout } from "../output.ts";
import { jsonOption } from "../scenario-options.ts";

type Arguments = { run: string; json: boolean; controllers: boolean };

export const reportCommand: CommandModule<object, Arguments> = {
  command: "report <run>",
  describe: "Write a run's reports again, also from the journal of one that was cut off",
  builder: (yargs) =>
    yargs
      .positional("run", {
        type: "string",
        demandOption: true,
        describe: "Run directory, or the result.json in it",
      })
      .option("json", jsonOption)
      .option("controllers", {
        type: "boolean",
        default: false,
        describe: "Also tell how the rules of other rollout controllers would have judged the run",
      })
      .example(
        "$0 report reports/quickstart-20260304-050607-1a2b",
        "rebuild report.html, summary.md and junit.xml",
      ),
  handler: async ({ run, json, controllers }) => {
    const { exitCodeOf } = await import("../../analysis/judge.ts");
    const { rebuildReports } = await import("../rebuild-reports.ts");
    const { renderRunSummary } = await import("../../report/text/run-summary.ts");
    const { directory, result, note } = await rebuildReports(run);
    process.exitCode = exitCodeOf(result);
    if (note !== undefined) process.stderr.write(`${note}\n`);
    if (json) return await printJson(result);
    const options = textLayout();
    await print(renderRunSummary(result, options));
    if (controllers) {
      const { controllersText } = await import("../compare-controllers.ts");
      await print(await controllersText(directory, options));
    }
    await print(`\nReport: ${join(directory, "report.html")}`);
  },
};
