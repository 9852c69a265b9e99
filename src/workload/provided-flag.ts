import type { Version } from "../base/version.ts";
import type { ProvidedFlag } from "../scenario/flag-file.ts";
import { variantFor } from "./flag-targeting.ts";

/** Users whose ruling is kept; of more, it is worked out each time. */
const maxRemembered = 100_000;

type Ruling = Version | undefined;

const remembered = new WeakMap<ProvidedFlag, Map<string, Ruling>>();

/**
 * What a provider's flag says of a user: the splitter's own answer, which it gets through OpenFeature.
 *
 * @param userKey - the targeting key; empty where the request carries none
 * @returns undefined where the flag is off, missing or says neither `old` nor `new`, which leaves it to the share
 */
export function versionByFlag(provided: ProvidedFlag, userKey = ""): Ruling {
  if (provided.flag?.isEnabled !== true) return undefined;
  let known = remembered.get(provided);
  if (known === undefined) {
    known = new Map();
    remembered.set(provided, known);
  }
  if (known.has(userKey)) return known.get(userKey);
  const ruling = evaluate(provided, userKey);
  if (known.size < maxRemembered) known.set(userKey, ruling);
  return ruling;
}

function evaluate({ key, flag }: ProvidedFlag, targetingKey: string): Ruling {
  const variant = flag && variantFor(flag, { flagKey: key, targetingKey })?.variant;
  const value = variant === undefined ? undefined : flag?.variants[variant];
  return value === "old" || value === "new" ? value : undefined;
}
