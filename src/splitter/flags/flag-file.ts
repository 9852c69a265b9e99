import { evaluateRule, problemOfRule } from "./targeting.ts";

/** One flag: named values, and which of them a user gets. */
export type Flag = {
  readonly isEnabled: boolean;
  readonly variants: ReadonlyMap<string, unknown>;
  readonly defaultVariant: string;
  /** Gives the name of a variant, or `null` for the default one. */
  readonly targeting: unknown;
};

export type FlagSet = ReadonlyMap<string, Flag>;

const maxFlags = 1000;

/**
 * Reads a file of flags in flagd's form: `{"flags": {"version": {"state": "ENABLED", "variants": {…},
 * "defaultVariant": "…", "targeting": {…}}}}`, with the operators that `targeting.ts` knows.
 *
 * @returns a sentence about the first thing that is wrong, where something is
 */
export function parseFlagFile(text: string): FlagSet | string {
  const flags = membersOf(parseJson(text))?.get("flags");
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

function readFlag(value: unknown): Flag | string {
  const members = membersOf(value);
  if (members === undefined) return "is no object";
  const variants = membersOf(members.get("variants"));
  const state = members.get("state") ?? "ENABLED";
  const defaultVariant = members.get("defaultVariant");
  const given = members.get("targeting");
  const targeting = membersOf(given)?.size === 0 ? null : given;
  if (variants === undefined || variants.size === 0) return "has no variants";
  if (state !== "ENABLED" && state !== "DISABLED") return "has a state that is neither ENABLED nor DISABLED";
  if (typeof defaultVariant !== "string" || !variants.has(defaultVariant))
    return "has a defaultVariant that is none of its variants";
  const problem = problemOfRule(targeting);
  if (problem !== undefined) return `has a targeting that ${problem}`;
  return { isEnabled: state === "ENABLED", variants, defaultVariant, targeting };
}

/** The variant that a user gets; undefined where the targeting names one that isn't there. */
export function variantFor(
  flag: Flag,
  context: { readonly flagKey: string; readonly targetingKey: string },
): { readonly variant: string; readonly isTargeted: boolean } | undefined {
  const named = evaluateRule(flag.targeting ?? null, context);
  if (named === null || named === undefined) return { variant: flag.defaultVariant, isTargeted: false };
  return typeof named === "string" && flag.variants.has(named)
    ? { variant: named, isTargeted: true }
    : undefined;
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, unknown>(Object.entries(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
