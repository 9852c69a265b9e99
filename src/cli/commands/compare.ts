import type { CommandModule } from "yargs";
import { UserError } from "../../base/errors.ts";
import { compareNamedResults } from "../compare-results.ts";
import { jsonOption } from "../scenario-options.ts";

type Arguments = { results: string[]; scenario: string | undefined; json: boolean };

export const compareCommand: CommandModule<object, Arguments> = {
  command: "compare <results..>",
  describe: "Lay results side by side, measured, simulated or modelled, each against the first",
  builder: (yargs) =>
    yargs
      .positional("results", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Two or more run directories, or their result.json",
      })
      .option("scenario", {
        type: "string",
        requiresArg: true,
        describe: "Also say how many servers new needs for those of old, calibrated on these runs",
      })
      .option("json", jsonOption)
      .example("$0 compare reports/monday reports/tuesday", "what has changed, and whether by chance"),
  handler: async ({ results, scenario, json }) => {
    if (results.length < 2) throw new UserError("usage", "compare takes two results or more.");
    await compareNamedResults({ results, scenario, json });
  },
};
