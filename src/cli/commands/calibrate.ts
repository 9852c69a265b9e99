import type { CommandModule } from "yargs";
import { print, printJson, textLayout } from "../output.ts";
import { jsonOption } from "../scenario-options.ts";

type Arguments = { runs: string[]; out: string; json: boolean };

export const calibrateCommand: CommandModule<object, Arguments> = {
  command: "calibrate <runs..>",
  describe: "Learn demands, service times and limits from runs at several loads, as a profile",
  builder: (yargs) =>
    yargs
      .positional("runs", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Run directories, or their result.json, at two or more loads",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        default: "profile.json",
        describe: "Where the profile is written",
      })
      .option("json", jsonOption)
      .example("$0 calibrate reports/low reports/high --out shop.json", "from two runs"),
  handler: async ({ runs, out, json }) => {
    const { calibrate } = await import("../../analysis/calibrate/calibrate.ts");
    const { readResult, writeAtomically } = await import("../../result/store.ts");
    const { renderProfile } = await import("../../report/text/profile-text.ts");
    const profile = calibrate(await Promise.all(runs.map(readResult)));
    await writeAtomically(out, `${JSON.stringify(profile, null, 1)}\n`);
    if (json) return await printJson(profile);
    await print(renderProfile(profile, textLayout()));
    await print(`\nProfile: ${out}; a scenario uses it with \`calibration: ${out}\``);
  },
};
