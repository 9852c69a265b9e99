import type { Argv } from "yargs";
import { fileArgument, jsonOption, optionalOutOption, setOption } from "./scenario-options.ts";

export type SimulateArguments = {
  file: string;
  set: string[];
  seed: number | undefined;
  replications: number | undefined;
  threads: number;
  growth: boolean;
  ramps: number | undefined;
  out: string | undefined;
  json: boolean;
};

/** What `twinlane simulate` can be asked. */
export function simulateOptions(yargs: Argv<object>): Argv<SimulateArguments> {
  return yargs
    .positional("file", fileArgument)
    .option("set", setOption)
    .option("seed", { type: "number", describe: "Seed instead of the scenario's" })
    .option("replications", { type: "number", describe: "Exactly so many runs, not as many as needed" })
    .option("threads", { type: "number", default: 1, describe: "Cores to use; changes no figure" })
    .option("growth", { type: "boolean", default: false, describe: "Also size each user count, by p99" })
    .option("ramps", {
      type: "number",
      describe: "Play the ramp so many times: caught, harmed, false alarms",
    })
    .option("out", optionalOutOption)
    .option("json", jsonOption);
}
