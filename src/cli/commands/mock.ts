import type { CommandModule } from "yargs";
import { type Version, versions } from "../../base/version.ts";
import { parseListenAddress } from "../listen-address.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { fileArgument, jsonOption, setOption } from "../scenario-options.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = { file: string; set: string[]; version: Version; listen: string; json: boolean };

export const mockCommand: CommandModule<object, Arguments> = {
  command: "mock <file>",
  describe: "Serve one version's mock alone, for any client or load tool",
  builder: (yargs) =>
    yargs
      .version(false)
      .positional("file", fileArgument)
      .option("set", setOption)
      .option("version", { choices: versions, default: "old" as Version, describe: "Which version" })
      .option("listen", {
        type: "string",
        requiresArg: true,
        default: "127.0.0.1:8081",
        describe: "Where clients connect",
      })
      .option("json", { ...jsonOption, describe: "One JSON document on stdout when ready" })
      .example(
        "$0 mock scenarios/quickstart.yaml --version new --listen 127.0.0.1:8081",
        "then point wrk at it",
      ),
  handler: async ({ file, set, version, listen, json }) => {
    const { plan } = await loadPlan(file, set);
    const { serveMock } = await import("../../measure/serve.ts");
    await serveMock(
      { plan, version, listen: parseListenAddress(listen) },
      async (standing) => {
        if (json) return await printJson(standing);
        await print(`${plan.services[version].label} (${version}) at ${standing.url}; Ctrl-C ends it.`);
      },
      stopSignal(),
    );
  },
};
