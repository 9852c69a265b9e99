import type { CommandModule } from "yargs";
import { exitCodes } from "../../base/errors.ts";
import { modelPlan } from "../../model/modelled-result.ts";
import { modelDocument } from "../../model/text/document.ts";
import { explanationText } from "../../model/text/explanation.ts";
import { modelText } from "../../model/text/model.ts";
import { growthLimits, uncertainInputs } from "../../model/uncertainty.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { readEvidence } from "../read-evidence.ts";
import { useProfile } from "../use-profile.ts";
import { outOption, writeResult } from "../write-result.ts";

type Arguments = {
  file: string;
  set: string[];
  measured: string | undefined;
  explain: boolean;
  out: string | undefined;
  json: boolean;
};

const measuredOption = {
  type: "string",
  describe: "Directory that `twinlane search` wrote: size by the measured rate of a server",
} as const;

export const modelCommand: CommandModule<object, Arguments> = {
  command: "model <file>",
  describe: "Calculate servers, stores, cost and the first bottleneck from 100 to 100,000,000 users",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "Scenario file" })
      .option("set", { type: "string", array: true, default: [], describe: "Set a value: users=5000" })
      .option("measured", measuredOption)
      .option("explain", { type: "boolean", default: false, describe: "Show each figure's arithmetic" })
      .option("out", outOption)
      .option("json", { type: "boolean", default: false, describe: "One JSON document on stdout" })
      .example("$0 model scenarios/growth-parallel-running.yaml", "the growth table")
      .example("$0 model FILE --set capacity.connectionsPerServer=5000 --explain", "a change, worked out"),
  handler: async ({ file, set, measured, explain, out, json }) => {
    const loaded = await loadPlan(file, set);
    const { scenario, text } = loaded;
    const { plan, calibrate, sentences } = await useProfile(loaded.plan, file);
    const evidence = await readEvidence(plan, { file, measured });
    const modelled = modelPlan(plan, evidence);
    const uncertain = uncertainInputs(scenario, { text, file, overrides: set });
    const basis = { scenario, evidence, calibrate };
    const limits = uncertain.length === 0 ? undefined : growthLimits(basis, uncertain, plan.growth.users);
    process.exitCode = modelled.result.verdict.state === "PASS" ? exitCodes.pass : exitCodes.failed;
    const written = out === undefined ? "" : await writeResult(out, loaded, modelled.result);
    if (json) return await printJson(modelDocument(modelled, limits, explain));
    await print(modelText(modelled, limits));
    if (sentences.length > 0)
      await print(`\n━━ Calibrated\n\n${sentences.map((one) => `  ${one}`).join("\n")}`);
    if (explain) await print(explanationText(modelled));
    if (written !== "") await print(`\n${written}`);
  },
};
