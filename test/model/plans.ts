import { readFileSync } from "node:fs";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { planText } from "../scenario/scenario-text.ts";

/** The plan of a scenario file of the project, changed by `--set`. */
export function planOf(name: string, ...overrides: string[]): RunPlan {
  return planText(
    readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), "utf8"),
    ...overrides,
  );
}
