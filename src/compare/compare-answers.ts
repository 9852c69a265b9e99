import type { CompareRules } from "../scenario/compare-plan.ts";
import { type Answer, type Comparison, type Difference, limits } from "./answer.ts";
import { type ParsedBody, parseBody } from "./parse-body.ts";
import { shortText } from "./redact.ts";
import { findDifferences, TooManyNodes } from "./value-differences.ts";

/**
 * Compares two answers to one request: status, the chosen headers, and the body by its fields where both are
 * JSON, as a whole where not. Neither throws nor takes long, whatever the bodies hold.
 */
export function compareAnswers(first: Answer, second: Answer, rules: CompareRules): Comparison {
  const bodies = compareBodies(first, second, rules);
  if ("reason" in bodies) return { state: "not compared", reason: bodies.reason };
  const differences = [...compareStatus(first, second), ...compareHeaders(first, second, rules), ...bodies];
  if (differences.length === 0) return { state: "same" };
  return {
    state: "different",
    differences: differences.slice(0, limits.differences),
    isCut: differences.length > limits.differences,
  };
}

function compareStatus(first: Answer, second: Answer): readonly Difference[] {
  if (first.status === second.status) return [];
  return [{ field: "status", kind: "value", first: String(first.status), second: String(second.status) }];
}

function compareHeaders(first: Answer, second: Answer, { headers }: CompareRules): readonly Difference[] {
  return headers.flatMap((name) =>
    compareTexts(`header ${name}`, headerOf(first, name), headerOf(second, name)),
  );
}

function headerOf({ headers }: Answer, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name]?.trim() : undefined;
}

function compareTexts(
  field: string,
  first: string | undefined,
  second: string | undefined,
): readonly Difference[] {
  if (first === second) return [];
  const kind = second === undefined ? "missing" : first === undefined ? "extra" : "value";
  return [{ field, kind, first: shortText(field, first), second: shortText(field, second) }];
}

type Unreadable = Exclude<ParsedBody, { kind: "json" | "text" | "empty" }>;

function compareBodies(
  first: Answer,
  second: Answer,
  rules: CompareRules,
): readonly Difference[] | Unreadable {
  if (first.body === second.body) return [];
  const left = parseBody(first.body);
  const right = parseBody(second.body);
  if (left.kind === "unreadable") return left;
  if (right.kind === "unreadable") return right;
  if (left.kind === "json" && right.kind === "json") return compareJson(left.value, right.value, rules);
  if (left.kind === right.kind) return compareTexts("body", first.body, second.body);
  if (left.kind === "empty" || right.kind === "empty") {
    return compareTexts("body", first.body || undefined, second.body || undefined);
  }
  const shown = { first: shortText("body", first.body), second: shortText("body", second.body) };
  return [{ field: "body", kind: "type", ...shown }];
}

function compareJson(
  first: unknown,
  second: unknown,
  rules: CompareRules,
): readonly Difference[] | Unreadable {
  try {
    return findDifferences(first, second, rules);
  } catch (error) {
    if (error instanceof TooManyNodes) return { kind: "unreadable", reason: "too many fields" };
    throw error;
  }
}
