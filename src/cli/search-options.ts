import type { Argv } from "yargs";

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

const list = { type: "string", array: true, default: [] as string[] } as const;

/** What `twinlane search` can be asked. */
export function searchOptions(yargs: Argv<object>): Argv<SearchOptions> {
  return yargs
    .positional("file", { type: "string", demandOption: true, describe: "Scenario file" })
    .option("goal", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "What must hold: 'responseTime.p99 < 200ms'; several may be named",
    })
    .option("of", {
      choices: ["old", "new", "both"] as const,
      default: "both" as SearchOptions["of"],
      describe: "Whose capacity",
    })
    .option("min", { type: "string", describe: "Lowest rate, where the search begins: 50/s" })
    .option("max", { type: "string", describe: "Highest rate that is tried" })
    .option("precision", { type: "string", default: "5%", describe: "How exact the answer is" })
    .option("trial", { type: "string", default: "5s", describe: "Length of a trial at one rate" })
    .option("set", { ...list, describe: "Set a value of the scenario: users=5000" })
    .option("out", { type: "string", default: "reports", describe: "Where the search gets its directory" })
    .option("allow-target", { ...list, describe: "Public host that may be loaded, as for `run`" })
    .option("json", {
      type: "boolean",
      default: false,
      describe: "The result as one JSON document on stdout",
    });
}
