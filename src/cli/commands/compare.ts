import type { CommandModule } from "yargs";
import { UserError } from "../../base/errors.ts";
import type { RunResult } from "../../result/schema.ts";
import { print, printJson, textLayout } from "../output.ts";
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
      .example(
        "$0 compare reports/monday reports/tuesday",
        "what has changed, and whether chance explains it",
      ),
  handler: async ({ results, scenario, json }) => {
    if (results.length < 2) throw new UserError("usage", "compare takes two results or more.");
    const { compareResults } = await import("../../analysis/agreement/compare-results.ts");
    const { renderComparison } = await import("../../report/text/comparison-text.ts");
    const { readResult } = await import("../../result/store.ts");
    const named = await Promise.all(results.map(async (name) => ({ name, result: await readResult(name) })));
    const comparison = compareResults(named);
    const capacity =
      scenario === undefined
        ? []
        : await capacityOf(
            scenario,
            named.map(({ result }) => result),
          );
    if (json) return await printJson({ ...comparison, ...(capacity.length > 0 && { capacity }) });
    await print(renderComparison(comparison, textLayout(130)));
    for (const { sentence } of capacity) await print(`  ${sentence}`);
  },
};

async function capacityOf(scenario: string, results: readonly RunResult[]) {
  const { calibrate } = await import("../../analysis/calibrate/calibrate.ts");
  const { capacityRatios } = await import("../../analysis/agreement/capacity-ratio.ts");
  const { loadPlan } = await import("../load-plan.ts");
  const { plan } = await loadPlan(scenario, []);
  return capacityRatios(plan, calibrate(results));
}
