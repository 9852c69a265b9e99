import type { CompareRules } from "../scenario/compare-plan.ts";
import { type JsonPath, matchesPath } from "../scenario/json-path.ts";
import { type Difference, type DifferenceKind, limits } from "./answer.ts";
import { canonicalText } from "./canonical-text.ts";
import { type FieldPath, fieldName, isMapLike, type PathStep } from "./field-path.ts";
import { shortText } from "./redact.ts";

/** Thrown inwards only: the comparison grew too large. */
export class TooManyNodes extends Error {
  override readonly name = "TooManyNodes";
}

/** How two JSON values differ, field by field. @throws TooManyNodes */
export function findDifferences(first: unknown, second: unknown, rules: CompareRules): readonly Difference[] {
  let nodes = 0;
  const visit = () => {
    if (++nodes > limits.nodes) throw new TooManyNodes();
  };
  return compareValues({ first, second }, [], { rules, visit });
}

type Pair<T> = { readonly first: T; readonly second: T };
type Context = { readonly rules: CompareRules; readonly visit: () => void };
type JsonObject = Readonly<Record<string, unknown>>;

function compareValues(pair: Pair<unknown>, path: FieldPath, context: Context): readonly Difference[] {
  context.visit();
  if (isNamedBy(context.rules.ignore, path)) return [];
  const { first, second } = pair;
  if (typeName(first) !== typeName(second)) return [differenceAt(path, "type", pair)];
  if (Array.isArray(first) && Array.isArray(second)) return compareArrays({ first, second }, path, context);
  if (isObject(first) && isObject(second)) return compareObjects({ first, second }, path, context);
  if (Object.is(first, second) || isWithinTolerance(pair, path, context)) return [];
  return [differenceAt(path, "value", pair)];
}

function compareObjects(
  { first, second }: Pair<JsonObject>,
  path: FieldPath,
  context: Context,
): readonly Difference[] {
  const firstKeys = Object.keys(first);
  const secondKeys = Object.keys(second);
  const isMap = isMapLike(firstKeys) || isMapLike(secondKeys);
  const differences: Difference[] = [];
  for (const key of firstKeys) {
    const at = [...path, { key, isMap }];
    if (Object.hasOwn(second, key)) {
      append(differences, compareValues({ first: first[key], second: second[key] }, at, context));
    } else append(differences, oneSided("missing", first[key], at, context));
  }
  for (const key of secondKeys) {
    if (Object.hasOwn(first, key)) continue;
    append(differences, oneSided("extra", second[key], [...path, { key, isMap }], context));
  }
  return differences;
}

function compareArrays(
  pair: Pair<readonly unknown[]>,
  path: FieldPath,
  context: Context,
): readonly Difference[] {
  const isUnordered = isNamedBy(context.rules.unordered, path);
  const { first, second } = isUnordered ? withoutCommon(pair, path, context) : pair;
  if (first.length !== second.length) return [differenceAt(path, "length", pair)];
  const differences: Difference[] = [];
  for (const [index, element] of first.entries()) {
    const at = [...path, { key: index, isMap: false }];
    append(differences, compareValues({ first: element, second: second[index] }, at, context));
  }
  if (differences.length === 0 || isUnordered) return differences;
  const left = withoutCommon(pair, path, context);
  return left.first.length === 0 ? [differenceAt(path, "order", pair)] : differences;
}

/** Both arrays without the elements that they share, wherever they stand. */
function withoutCommon(
  { first, second }: Pair<readonly unknown[]>,
  path: FieldPath,
  context: Context,
): Pair<readonly unknown[]> {
  const element: PathStep = { key: 0, isMap: false };
  const textOf = (value: unknown) =>
    canonicalText(value, [...path, element], {
      isIgnored: (at) => isNamedBy(context.rules.ignore, at),
      visit: context.visit,
    });
  const waiting = new Map<string, number>();
  const secondTexts = second.map(textOf);
  for (const text of secondTexts) waiting.set(text, (waiting.get(text) ?? 0) + 1);
  const onlyFirst = first.filter((value) => !takeFrom(waiting, textOf(value)));
  const onlySecond = second.filter((_, index) => takeFrom(waiting, secondTexts[index] ?? ""));
  return { first: onlyFirst, second: onlySecond };
}

function takeFrom(waiting: Map<string, number>, text: string): boolean {
  const count = waiting.get(text) ?? 0;
  if (count > 0) waiting.set(text, count - 1);
  return count > 0;
}

function oneSided(
  kind: "missing" | "extra",
  value: unknown,
  path: FieldPath,
  context: Context,
): readonly Difference[] {
  context.visit();
  if (isNamedBy(context.rules.ignore, path)) return [];
  const pair = kind === "missing" ? { first: value, second: undefined } : { first: undefined, second: value };
  return [differenceAt(path, kind, pair)];
}

function isWithinTolerance({ first, second }: Pair<unknown>, path: FieldPath, { rules }: Context): boolean {
  if (!isNumeric(first) || !isNumeric(second)) return false;
  const tolerance = rules.tolerances.find((rule) => isNamedBy([rule.path], path));
  if (tolerance === undefined) return first === second;
  const [left, right] = [Number(first), Number(second)];
  return Math.abs(left - right) <= tolerance.share * Math.max(Math.abs(left), Math.abs(right));
}

function isNamedBy(paths: readonly JsonPath[], path: FieldPath): boolean {
  if (paths.length === 0) return false;
  const keys = path.map(({ key }) => key);
  return paths.some((rule) => matchesPath(rule, keys));
}

function differenceAt(path: FieldPath, kind: DifferenceKind, { first, second }: Pair<unknown>): Difference {
  const field = fieldName(path);
  const secretSource = path.map(({ key }) => key).join(".");
  return {
    field,
    kind,
    first: shortText(secretSource, textFor(kind, first)),
    second: shortText(secretSource, textFor(kind, second)),
  };
}

/** Nothing of objects and arrays is shown but their size: names and secrets lie within them. */
function textFor(kind: DifferenceKind, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return kind === "type" ? "an array" : `${value.length} elements`;
  if (isObject(value)) return `an object of ${Object.keys(value).length} fields`;
  return typeof value === "string" ? JSON.stringify(value.slice(0, 2000)) : String(value);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "bigint" ? "number" : typeof value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Keeps one more than are shown, so that the cut is known. */
function append(differences: Difference[], more: readonly Difference[]): void {
  for (const difference of more) if (differences.length <= limits.differences) differences.push(difference);
}
