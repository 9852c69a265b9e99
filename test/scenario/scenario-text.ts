import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";

/** The plan of a scenario given as text, changed as by `--set`; a test whose text is wrong fails with what is wrong. */
export function planText(text: string, ...overrides: readonly string[]): RunPlan {
  const parsed = parseScenario(text, { file: "s.yaml", overrides });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return planScenario(parsed.scenario);
}

/** What is wrong with a scenario given as text, a line each, with its place in `s.yaml`. */
export function problemsOf(text: string, ...overrides: readonly string[]): readonly string[] {
  const parsed = parseScenario(text, { file: "s.yaml", overrides });
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}
