import type { CommandModule } from "yargs";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, textLayout } from "../output.ts";
import { progressLine } from "../progress-line.ts";
import { fileArgument, measuringOptions } from "../scenario-options.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = { file: string; set: string[]; out: string; "allow-target": string[]; json: boolean };

export const predictCommand: CommandModule<object, Arguments> = {
  command: "predict <file>",
  describe: "Calibrate at some loads, foretell others by model and simulation, measure them, compare",
  builder: (yargs) =>
    yargs
      .positional("file", { ...fileArgument, describe: "Scenario file with `predict`" })
      .options(measuringOptions)
      .example("$0 predict scenarios/predict-checkout.yaml", "fails where a tolerance is missed"),
  handler: async ({ file, set, out, "allow-target": allowedHosts, json }) => {
    const loaded = await loadPlan(file, set);
    const { predictAndReport, exitCodeOfAgreement } = await import("../predict-and-report.ts");
    const { renderAgreement } = await import("../../report/text/agreement-text.ts");
    const { agreement, directory } = await predictAndReport({
      loaded,
      file,
      out,
      allowedHosts,
      signal: stopSignal(),
      progress: progressLine(),
    });
    process.exitCode = exitCodeOfAgreement(agreement);
    if (json) return await printJson(agreement);
    await print(renderAgreement(agreement, textLayout(120)));
    await print(`\nEverything: ${directory}`);
  },
};
