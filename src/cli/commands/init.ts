import { constants, copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { UserError } from "../../base/errors.ts";
import { print } from "../output.ts";

type Arguments = { file: string };

const quickstart = new URL("../../../scenarios/quickstart.yaml", import.meta.url);

export const initCommand: CommandModule<object, Arguments> = {
  command: "init [file]",
  describe: "Write a first scenario to start from",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", default: "scenario.yaml", describe: "Where to write it" })
      .example("$0 init", "then: twinlane run scenario.yaml"),
  handler: async ({ file }) => {
    try {
      await copyFile(fileURLToPath(quickstart), file, constants.COPYFILE_EXCL);
    } catch (error) {
      const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
      throw new UserError(
        "usage",
        isThere
          ? `${file} is already there and was left as it is; name another file.`
          : `${file} can't be written.`,
      );
    }
    await print(`Wrote ${file}. Try: twinlane validate ${file} && twinlane run ${file}`);
  },
};
