import type { RunResult } from "../result/schema.ts";
import { print, printJson, textLayout } from "./output.ts";

type CompareRequest = {
  readonly results: readonly string[];
  /** For which servers of new are laid against those of old. */
  readonly scenario: string | undefined;
  readonly json: boolean;
};

/**
 * Reads results and prints them side by side.
 *
 * @throws UserError `result-unreadable`, and where a scenario is given, what reading it and calibrating throw
 */
export async function compareNamedResults({ results, scenario, json }: CompareRequest): Promise<void> {
  const { compareResults } = await import("../analysis/agreement/compare-results.ts");
  const { readResult } = await import("../result/store.ts");
  const named = await Promise.all(results.map(async (name) => ({ name, result: await readResult(name) })));
  const comparison = compareResults(named);
  const read = named.map(({ result }) => result);
  const capacity = scenario === undefined ? [] : await capacityOf(scenario, read);
  if (json) return await printJson({ ...comparison, ...(capacity.length > 0 && { capacity }) });
  const { renderComparison } = await import("../report/text/comparison-text.ts");
  await print(renderComparison(comparison, textLayout(130)));
  for (const { sentence } of capacity) await print(`  ${sentence}`);
}

async function capacityOf(scenario: string, results: readonly RunResult[]) {
  const { calibrate } = await import("../analysis/calibrate/calibrate.ts");
  const { capacityRatios } = await import("../analysis/agreement/capacity-ratio.ts");
  const { loadPlan } = await import("./load-plan.ts");
  const { plan } = await loadPlan(scenario, []);
  return capacityRatios(plan, calibrate(results));
}
