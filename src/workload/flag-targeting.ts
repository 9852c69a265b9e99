import { murmur3 } from "../base/random.ts";
import type { Flag } from "../scenario/flag-file.ts";

/** Whom a flag is evaluated for. */
export type FlagContext = { readonly flagKey: string; readonly targetingKey: string };

const words = 2 ** 32;

/** The variant that a user gets; undefined where the targeting names one that isn't there. */
export function variantFor(
  flag: Flag,
  context: FlagContext,
): { readonly variant: string; readonly isTargeted: boolean } | undefined {
  const named = evaluateRule(flag.targeting ?? null, context);
  if (named === null || named === undefined) return { variant: flag.defaultVariant, isTargeted: false };
  return typeof named === "string" && Object.hasOwn(flag.variants, named)
    ? { variant: named, isTargeted: true }
    : undefined;
}

/** The value of a rule that has no problem; `null` where nothing of it fits. Source: JsonLogic, and flagd's own. */
function evaluateRule(rule: unknown, context: FlagContext): unknown {
  if (Array.isArray(rule)) return rule.map((each: unknown) => evaluateRule(each, context));
  if (typeof rule !== "object" || rule === null) return rule;
  const operator = Object.keys(rule)[0] ?? "";
  const operand: unknown = Reflect.get(rule, operator);
  const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const value = (index: number) => evaluateRule(operands[index], context);
  const text = (index: number) => String(value(index) ?? "");
  switch (operator) {
    case "var":
      return variable(text(0), context);
    case "if":
      return chooseBranch(operands, context);
    case "==":
      return value(0) === value(1);
    case "!=":
      return value(0) !== value(1);
    case "in":
      return isIn(value(0), value(1));
    case "and":
      return operands.every((each) => isTrue(evaluateRule(each, context)));
    case "or":
      return operands.some((each) => isTrue(evaluateRule(each, context)));
    case "!":
      return !isTrue(value(0));
    case "cat":
      return operands.map((_, index) => text(index)).join("");
    case "starts_with":
      return text(0).startsWith(text(1));
    case "ends_with":
      return text(0).endsWith(text(1));
    default:
      return fractional(operands, context);
  }
}

function variable(name: string, { flagKey, targetingKey }: FlagContext): string | null {
  if (name === "targetingKey") return targetingKey;
  return name === "$flagd.flagKey" ? flagKey : null;
}

/** Condition, value, condition, value, …, and a value for the rest where there is one. */
function chooseBranch(operands: readonly unknown[], context: FlagContext): unknown {
  for (let index = 0; index + 1 < operands.length; index += 2) {
    if (isTrue(evaluateRule(operands[index], context))) return evaluateRule(operands[index + 1], context);
  }
  return operands.length % 2 === 1 ? evaluateRule(operands.at(-1), context) : null;
}

function isIn(needle: unknown, hay: unknown): boolean {
  if (Array.isArray(hay)) return hay.includes(needle);
  return typeof hay === "string" && typeof needle === "string" && hay.includes(needle);
}

function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/**
 * Gives each value its share of the users: murmur3 of flag key and targeting key, or of the first operand where
 * that is no share, scaled to the sum of the weights by whole numbers.
 */
function fractional(operands: readonly unknown[], context: FlagContext): unknown {
  const hasOwnKey = !Array.isArray(operands[0]);
  const key = hasOwnKey
    ? String(evaluateRule(operands[0], context) ?? "")
    : context.flagKey + context.targetingKey;
  const shares = (hasOwnKey ? operands.slice(1) : operands).filter((each) => Array.isArray(each));
  const total = shares.reduce((sum, share) => sum + weightOf(share), 0);
  const place = Math.floor((murmur3(key, 0) * total) / words);
  let sum = 0;
  for (const share of shares) {
    sum += weightOf(share);
    if (place < sum) return evaluateRule(share[0], context);
  }
  return null;
}

/** A whole number; the sum of them stays exact with the hash in a double up to 2^21. */
function weightOf(share: readonly unknown[]): number {
  const weight = share.length < 2 ? 1 : Number(share[1]);
  return Number.isSafeInteger(weight) && weight > 0 ? weight : 0;
}
