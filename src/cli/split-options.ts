import type { Argv } from "yargs";
import { allowTargetOption, fileArgument, jsonOption, setOption } from "./scenario-options.ts";

export type SplitArguments = {
  file: string;
  set: string[];
  listen: string;
  "admin-socket": string | undefined;
  "allow-target": string[];
  json: boolean;
};

/** What `twinlane split` can be asked. */
export function splitOptions(yargs: Argv<object>): Argv<SplitArguments> {
  return yargs
    .positional("file", fileArgument)
    .option("set", { ...setOption, describe: "Set a value: split.new=25%" })
    .option("listen", {
      type: "string",
      requiresArg: true,
      default: "127.0.0.1:8080",
      describe: "Where clients connect",
    })
    .option("admin-socket", {
      type: "string",
      describe: "Socket file for the admin endpoint, in place of a loopback port",
    })
    .option("allow-target", {
      ...allowTargetOption,
      describe: "Public host that may be reached; the scenario must list it too",
    })
    .option("json", { ...jsonOption, describe: "One JSON document on stdout when ready" });
}
