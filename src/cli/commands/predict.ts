import type { CommandModule } from "yargs";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, wantsColour } from "../output.ts";
import { progressLine } from "../progress-line.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = { file: string; set: string[]; out: string; "allow-target": string[]; json: boolean };

export const predictCommand: CommandModule<object, Arguments> = {
  command: "predict <file>",
  describe: "Calibrate at some loads, foretell others by model and simulation, measure them, compare",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "Scenario file with `predict`" })
      .option("set", { type: "string", array: true, default: [], describe: "Set a value: users=5000" })
      .option("out", {
        type: "string",
        default: "reports",
        describe: "Where the prediction gets its directory",
      })
      .option("allow-target", {
        type: "string",
        array: true,
        default: [],
        describe: "Host outside this machine and private networks that may be loaded",
      })
      .option("json", { type: "boolean", default: false, describe: "The agreement as one JSON document" })
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
    const widthColumns = process.stdout.columns ?? 120;
    await print(renderAgreement(agreement, { colour: wantsColour(process.stdout), widthColumns }));
    await print(`\nEverything: ${directory}`);
  },
};
