const deepest = 32;

const operators: ReadonlySet<string> = new Set(
  "var if == != in and or ! cat starts_with ends_with fractional".split(" "),
);

/**
 * Looks a targeting rule over before it is used.
 *
 * @returns what is wrong with it; undefined where it can be evaluated
 */
export function problemOfRule(rule: unknown, depth = 0): string | undefined {
  if (depth > deepest) return "is nested too deeply";
  if (Array.isArray(rule)) return firstProblem(rule, depth);
  if (typeof rule !== "object" || rule === null) return undefined;
  const [operator, ...others] = Object.keys(rule);
  if (operator === undefined || others.length > 0) return "holds an object that isn't one operator";
  if (!operators.has(operator))
    return `uses ${JSON.stringify(operator)}; known are ${[...operators].join(", ")}`;
  return firstProblem([Reflect.get(rule, operator)], depth);
}

function firstProblem(rules: readonly unknown[], depth: number): string | undefined {
  for (const rule of rules) {
    const problem = problemOfRule(rule, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
