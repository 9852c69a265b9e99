import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../base/errors.ts";
import { formatProblem, parseScenario } from "../scenario/parse.ts";
import { planScenario, type RunPlan } from "../scenario/plan.ts";
import type { Scenario } from "../scenario/schema.ts";

export type LoadedPlan = {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
  /** The file as it was, for the run's directory. */
  readonly text: string;
};

/**
 * Reads a scenario file, applies `--set path=value`, and settles it into a plan.
 *
 * @throws UserError `scenario-unreadable`, also for a provider's flags, or `scenario-invalid` with every problem on a line
 */
export async function loadPlan(file: string, overrides: readonly string[]): Promise<LoadedPlan> {
  const text = await readScenario(file);
  const parsed = parseScenario(text, { file, overrides });
  if (parsed.ok) return { plan: await planWithFlags(parsed.scenario, file), scenario: parsed.scenario, text };
  throw new UserError("scenario-invalid", parsed.problems.map(formatProblem).join("\n"));
}

/** A provider's file of flags lies beside the scenario, and all three clocks go by it. */
async function planWithFlags(scenario: Scenario, file: string): Promise<RunPlan> {
  const plan = planScenario(scenario);
  if (plan.flagProvider === undefined) return plan;
  const { readProvidedFlag } = await import("../measure/read-flags.ts");
  const { withProvidedFlag } = await import("../workload/flagged-users.ts");
  return withProvidedFlag(plan, readProvidedFlag(plan.flagProvider, dirname(file)));
}

async function readScenario(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new UserError("scenario-unreadable", `There is no scenario file ${file}.`);
    if (code === "EISDIR")
      throw new UserError("scenario-unreadable", `${basename(file)} is a directory, not a scenario file.`);
    throw new UserError(
      "scenario-unreadable",
      `${file} can't be read: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
