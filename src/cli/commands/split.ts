import { dirname } from "node:path";
import type { CommandModule } from "yargs";
import type { Standing } from "../../measure/serve.ts";
import { parseListenAddress } from "../listen-address.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { type SplitArguments, splitOptions } from "../split-options.ts";
import { stopSignal } from "../stop-signal.ts";

export const splitCommand: CommandModule<object, SplitArguments> = {
  command: "split <file>",
  describe: "Serve the splitter alone, before the scenario's services, for any client",
  builder: (yargs) =>
    splitOptions(yargs).example(
      "$0 split scenarios/quickstart.yaml --listen 127.0.0.1:8080",
      "then: curl -i 127.0.0.1:8080/items/1",
    ),
  handler: async ({ file, set, listen, json, ...others }) => {
    const { "allow-target": allowedHosts, "admin-socket": adminSocketPath } = others;
    const address = parseListenAddress(listen);
    const { plan } = await loadPlan(file, set);
    const { serveSplit } = await import("../../measure/serve.ts");
    const tell = (standing: Standing) =>
      json ? printJson(standing) : print(standingText(standing, adminSocketPath));
    await serveSplit(
      { plan, listen: address, allowedHosts, scenarioDirectory: dirname(file), adminSocketPath },
      { onReady: tell, onEvent: (message) => process.stderr.write(`${message}\n`) },
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
