import type { Argv } from "yargs";
import { allowTargetOption, fileArgument, jsonOption, outOption, setOption } from "./scenario-options.ts";

export type SearchOptions = {
  file: string;
  goal: string[];
  of: "old" | "new" | "both";
  min: string | undefined;
  max: string | undefined;
  precision: string;
  trial: string;
  set: string[];
  out: string;
  "allow-target": string[];
  json: boolean;
};

/** What `twinlane search` can be asked. */
export function searchOptions(yargs: Argv<object>): Argv<SearchOptions> {
  return yargs
    .positional("file", fileArgument)
    .option("goal", {
      type: "string",
      array: true,
      requiresArg: true,
      demandOption: true,
      describe: "What must hold: 'responseTime.p99 < 200ms'; several may be named",
    })
    .option("of", {
      choices: ["old", "new", "both"] as const,
      default: "both" as SearchOptions["of"],
      describe: "Whose capacity",
    })
    .option("min", {
      type: "string",
      requiresArg: true,
      describe: "Lowest rate, where the search begins: 50/s",
    })
    .option("max", { type: "string", requiresArg: true, describe: "Highest rate that is tried" })
    .option("precision", {
      type: "string",
      requiresArg: true,
      default: "5%",
      describe: "How exact the answer is",
    })
    .option("trial", {
      type: "string",
      requiresArg: true,
      default: "5s",
      describe: "Length of a trial at one rate",
    })
    .option("set", setOption)
    .option("out", outOption)
    .option("allow-target", allowTargetOption)
    .option("json", jsonOption);
}
