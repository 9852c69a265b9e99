/**
 * Twinlane as a library. A scenario becomes a plan, a plan becomes a result by one of the clocks, a result is
 * judged and shown:
 *
 *     const parsed = parseScenario(text, { file: "scenario.yaml" });
 *     if (parsed.ok) console.log(modelPlan(planScenario(parsed.scenario)).result.growth);
 */
export { exitCodeOf, judgeRun } from "./analysis/judge.ts";
export { UserError } from "./base/errors.ts";
export type { Version } from "./base/version.ts";
export { type RunOptions, runScenario } from "./measure/run-scenario.ts";
export { modelPlan } from "./model/modelled-result.ts";
export { renderReport } from "./report/html.ts";
export { renderJunit } from "./report/junit.ts";
export { renderMarkdown } from "./report/markdown.ts";
export { renderRunSummary } from "./report/text/run-summary.ts";
export { type RunResult, runResultSchema } from "./result/schema.ts";
export { readResult } from "./result/store.ts";
export { type ParsedScenario, type Problem, parseScenario } from "./scenario/parse.ts";
export { planScenario, type RunPlan } from "./scenario/plan.ts";
export type { Scenario } from "./scenario/schema.ts";
export { DurationHistogram } from "./stats/histogram.ts";
