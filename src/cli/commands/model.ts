import type { CommandModule } from "yargs";
import { exitCodes } from "../../base/errors.ts";
import { modelDocument } from "../../model/text/document.ts";
import { modelledScenarioText, modelScenario } from "../model-scenario.ts";
import { print, printJson } from "../output.ts";
import { fileArgument, jsonOption, optionalOutOption, setOption } from "../scenario-options.ts";
import { writeResult } from "../write-result.ts";

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
  requiresArg: true,
  describe: "Directory that `twinlane search` wrote: size by the measured rate of a server",
} as const;

export const modelCommand: CommandModule<object, Arguments> = {
  command: "model <file>",
  describe: "Calculate servers, stores, cost and the first bottleneck from 100 to 100,000,000 users",
  builder: (yargs) =>
    yargs
      .positional("file", fileArgument)
      .option("set", setOption)
      .option("measured", measuredOption)
      .option("explain", { type: "boolean", default: false, describe: "Show each figure's arithmetic" })
      .option("out", optionalOutOption)
      .option("json", jsonOption)
      .example("$0 model scenarios/growth-parallel-running.yaml", "the growth table")
      .example("$0 model FILE --set capacity.connectionsPerServer=5000 --explain", "a change, worked out"),
  handler: async ({ file, set, measured, explain, out, json }) => {
    const scenario = await modelScenario(file, { set, measured });
    const { loaded, modelled, limits } = scenario;
    process.exitCode = modelled.result.verdict.state === "PASS" ? exitCodes.pass : exitCodes.failed;
    const written = out === undefined ? "" : await writeResult(out, loaded, modelled.result);
    if (json) return await printJson(modelDocument(modelled, limits, explain));
    await print(modelledScenarioText(scenario, explain));
    if (written !== "") await print(`\n${written}`);
  },
};
