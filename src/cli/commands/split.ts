import { dirname } from "node:path";
import type { CommandModule } from "yargs";
import type { Standing } from "../../measure/serve.ts";
import { parseListenAddress } from "../listen-address.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { allowTargetOption, fileArgument, jsonOption, setOption } from "../scenario-options.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = {
  file: string;
  set: string[];
  listen: string;
  "admin-socket": string | undefined;
  "allow-target": string[];
  json: boolean;
};

export const splitCommand: CommandModule<object, Arguments> = {
  command: "split <file>",
  describe: "Serve the splitter alone, before the scenario's services, for any client",
  builder: (yargs) =>
    yargs
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
      .option("json", { ...jsonOption, describe: "One JSON document on stdout when ready" })
      .example(
        "$0 split scenarios/quickstart.yaml --listen 127.0.0.1:8080",
        "then: curl -i 127.0.0.1:8080/items/1",
      ),
  handler: async ({ file, set, listen, "admin-socket": adminSocketPath, ...others }) => {
    const { "allow-target": allowedHosts, json } = others;
    const { plan } = await loadPlan(file, set);
    const { serveSplit } = await import("../../measure/serve.ts");
    await serveSplit(
      {
        plan,
        listen: parseListenAddress(listen),
        allowedHosts,
        scenarioDirectory: dirname(file),
        adminSocketPath,
      },
      {
        onReady: async (standing) => {
          if (json) return await printJson(standing);
          await print(standingText(standing, adminSocketPath));
        },
        onEvent: (message) => process.stderr.write(`${message}\n`),
      },
      stopSignal(),
    );
  },
};

function standingText({ url, admin }: Standing, adminSocketPath: string | undefined): string {
  const { url: adminUrl, token } = admin ?? { url: "", token: "" };
  const place =
    adminSocketPath === undefined ? adminUrl : `--unix-socket ${adminSocketPath} http://localhost`;
  return `Splitting at ${url}; Ctrl-C ends it.\nAdmin: curl -H 'authorization: Bearer ${token}' ${place}/split`;
}
