import type { CommandModule } from "yargs";
import { exitCodes, UserError } from "../../base/errors.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { jsonOption, setOption } from "../scenario-options.ts";

type Arguments = { files: string[]; set: string[]; json: boolean };

export const validateCommand: CommandModule<object, Arguments> = {
  command: "validate <files..>",
  describe: "Check scenario files without starting anything",
  builder: (yargs) =>
    yargs
      .positional("files", { type: "string", array: true, demandOption: true, describe: "Scenario files" })
      .option("set", setOption)
      .option("json", jsonOption)
      .example("$0 validate scenarios/*.yaml", "check all of them"),
  handler: async ({ files, set, json }) => {
    const reports = await Promise.all(files.map((file) => validate(file, set)));
    const isValid = reports.every((report) => report.valid);
    process.exitCode = isValid ? exitCodes.pass : exitCodes.invalidScenario;
    if (json) return await printJson(reports);
    for (const { file, valid, problems } of reports) {
      await (valid ? print(`${file}: valid`) : print(problems.join("\n")));
    }
  },
};

async function validate(file: string, set: readonly string[]) {
  try {
    await loadPlan(file, set);
    return { file, valid: true, problems: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, valid: false, problems: error.message.split("\n") };
  }
}
