import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { versions } from "../../src/base/version.ts";
import { simulateAndJudge } from "../../src/cli/simulate-and-judge.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";
import { temporaryDirectory, twinlane } from "../cli/twinlane.ts";

/** The scenarios of the library by the clocks that can show them. */

export const libraryFolder = "scenarios/library";

/** The plan of a library scenario, changed as by `--set`. */
export function libraryPlan(name: string, ...overrides: readonly string[]): RunPlan {
  const file = `${libraryFolder}/${name}.yaml`;
  const parsed = parseScenario(readFileSync(file, "utf8"), { file, overrides: [...overrides] });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return planScenario(parsed.scenario);
}

const replications = 2;

/** Two replications in virtual time, judged: the same on every machine. Counts are sums over both. */
export function simulated(name: string, ...overrides: readonly string[]): Promise<RunResult> {
  const asked = { threads: 1, replications, growth: false };
  return simulateAndJudge(libraryPlan(name, ...overrides), asked, new AbortController().signal);
}

/** A real run of a few seconds. */
export async function measured(name: string, ...overrides: readonly string[]): Promise<RunResult> {
  const set = overrides.flatMap((override) => ["--set", override]);
  const file = `${libraryFolder}/${name}.yaml`;
  const { stdout, stderr } = await twinlane("run", file, "--json", "--out", temporaryDirectory(), ...set);
  expect(stdout, stderr).toMatch(/^\{/);
  const result = JSON.parse(stdout) as RunResult;
  for (const version of versions) expect(isBalanced(result.totals.versions[version])).toBe(true);
  return result;
}

/** All requests of a kind over all stages, the warm-up among them, as the splitter counts copies. */
export function scheduledOf(
  result: RunResult,
  isCounted: (endpoint: string) => boolean = () => true,
): number {
  return result.stages
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ name }) => isCounted(name))
    .reduce((sum, { versions: { old: before, new: after } }) => {
      return sum + (before?.scheduled ?? 0) + (after?.scheduled ?? 0);
    }, 0);
}
