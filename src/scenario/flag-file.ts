import { readJson } from "../base/json-text.ts";
import { problemOfRule } from "./flag-rule.ts";

/** One flag: named values, and which of them a user gets. */
export type Flag = {
  readonly isEnabled: boolean;
  readonly variants: Readonly<Record<string, unknown>>;
  readonly defaultVariant: string;
  /** Gives the name of a variant, or `null` for the default one. */
  readonly targeting: unknown;
};

export type FlagSet = ReadonlyMap<string, Flag>;

/** The flag that decides before the share; without `flag` the file has none of that name. */
export type ProvidedFlag = { readonly key: string; readonly flag?: Flag };

const maxFlags = 1000;
const maxEvaluated = 100_000;

/** Of so many users, for how many a provider's flag is evaluated: for all of them, or for as many evenly spread ones. */
export function evaluatedUsers(users: number): number {
  return Math.min(maxEvaluated, Math.max(1, Math.floor(users)));
}

/**
 * Reads a file of flags in flagd's form: `{"flags": {"version": {"state": "ENABLED", "variants": {…},
 * "defaultVariant": "…", "targeting": {…}}}}`, with the operators that `flag-rule.ts` knows.
 *
 * @returns a sentence about the first thing that is wrong, where something is
 */
export function parseFlagFile(text: string): FlagSet | string {
  const flags = membersOf(readJson(text))?.get("flags");
  const entries = membersOf(flags);
  if (entries === undefined) return 'it holds no {"flags": {…}}';
  if (entries.size > maxFlags) return `it holds more than ${maxFlags} flags`;
  const read = new Map<string, Flag>();
  for (const [name, value] of entries) {
    const flag = readFlag(value);
    if (typeof flag === "string") return `flag ${JSON.stringify(name)} ${flag}`;
    read.set(name, flag);
  }
  return read;
}

export function providedFlag(flags: FlagSet, key: string): ProvidedFlag {
  const flag = flags.get(key);
  return flag === undefined ? { key } : { key, flag };
}

function readFlag(value: unknown): Flag | string {
  const members = membersOf(value);
  if (members === undefined) return "is no object";
  const variants = recordOf(members.get("variants"));
  const state = members.get("state") ?? "ENABLED";
  const defaultVariant = members.get("defaultVariant");
  const given = members.get("targeting");
  const targeting = membersOf(given)?.size === 0 ? null : given;
  if (variants === undefined || Object.keys(variants).length === 0) return "has no variants";
  if (state !== "ENABLED" && state !== "DISABLED") return "has a state that is neither ENABLED nor DISABLED";
  if (typeof defaultVariant !== "string" || !Object.hasOwn(variants, defaultVariant))
    return "has a defaultVariant that is none of its variants";
  const problem = problemOfRule(targeting);
  if (problem !== undefined) return `has a targeting that ${problem}`;
  return { isEnabled: state === "ENABLED", variants, defaultVariant, targeting };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  const record = recordOf(value);
  return record && new Map(Object.entries(record));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Readonly<Record<string, unknown>>) : undefined;
}
