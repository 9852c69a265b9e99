import { join } from "node:path";
import type { CommandModule } from "yargs";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, textLayout } from "../output.ts";
import { progressLine } from "../progress-line.ts";
import { fileArgument, measuringOptions } from "../scenario-options.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = { file: string; set: string[]; out: string; "allow-target": string[]; json: boolean };

export const runCommand: CommandModule<object, Arguments> = {
  command: "run <file>",
  describe: "Drive real load through the splitter, record old and new apart, judge the run",
  builder: (yargs) =>
    yargs
      .positional("file", fileArgument)
      .options(measuringOptions)
      .example("$0 run scenarios/quickstart.yaml", "half a minute at 200 requests/s, 10 % to new")
      .example("$0 run FILE --set split.new=50% --set run.duration=2m", "with other values"),
  handler: async ({ file, set, out, "allow-target": allowedHosts, json }) => {
    const loaded = await loadPlan(file, set);
    const { exitCodeOf } = await import("../../analysis/judge.ts");
    const { runAndReport } = await import("../run-and-report.ts");
    const { renderRunSummary } = await import("../../report/text/run-summary.ts");
    const { result, directory } = await runAndReport({
      loaded,
      file,
      out,
      allowedHosts,
      signal: stopSignal(),
      progress: progressLine(),
    });
    process.exitCode = exitCodeOf(result);
    if (json) return await printJson(result);
    await print(renderRunSummary(result, textLayout()));
    await print(`\nReport: ${join(directory, "report.html")}`);
  },
};
