import { UserError } from "../../base/errors.ts";
import { formatProblem, parseScenario } from "../../scenario/parse.ts";
import type { Scenario } from "../../scenario/schema.ts";

/** The text of a scenario file, its name for messages, and the `--set` given with it. */
export type ScenarioText = {
  readonly text: string;
  readonly file: string;
  readonly overrides: readonly string[];
};

/**
 * The scenario with one more value set, checked as if it stood in the file.
 *
 * @throws UserError `scenario-invalid`
 */
export function scenarioWith({ text, file, overrides }: ScenarioText, override: string): Scenario {
  const parsed = parseScenario(text, { file, overrides: [...overrides, override] });
  if (parsed.ok) return parsed.scenario;
  throw new UserError("scenario-invalid", parsed.problems.map(formatProblem).join("\n"));
}

/**
 * The number at a path, for example `workload.peakFactor`, in its base unit.
 *
 * @throws UserError `usage` where there is none
 */
export function numberAt(scenario: Scenario, path: string): number {
  let value: unknown = scenario;
  for (const key of path.split(".")) {
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
  }
  if (typeof value === "number") return value;
  const found = value === undefined ? "there is nothing in this scenario" : "there is no number";
  throw new UserError("usage", `${path}: ${found}, so it can't be varied; name a number by its path.`);
}

/**
 * A copy in which one number is another; everything beside the path is shared with the original.
 *
 * A ramp's first step says the share at which a scenario begins, so that it moves with `split.new`.
 */
export function withNumber(scenario: Scenario, path: string, value: number): Scenario {
  const varied = replaced(scenario, path.split("."), value) as Scenario;
  if (path !== "split.new" || scenario.rollout.steps === undefined) return varied;
  return replaced(varied, ["rollout", "steps", "0", "new"], value) as Scenario;
}

function replaced(node: unknown, keys: readonly string[], value: number): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((item: unknown, index) => (String(index) === key ? replaced(item, rest, value) : item));
  }
  if (!isRecord(node)) return node;
  return { ...node, [key]: replaced(node[key], rest, value) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
