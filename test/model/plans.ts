import { readFileSync } from "node:fs";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";

/** The plan of a scenario file of the project, changed by `--set`. */
export function planOf(name: string, ...overrides: string[]): RunPlan {
  return planText(
    readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), "utf8"),
    ...overrides,
  );
}

/** The plan of a scenario given as text. */
export function planText(text: string, ...overrides: string[]): RunPlan {
  const parsed = parseScenario(text, { file: "test.yaml", overrides });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return planScenario(parsed.scenario);
}
