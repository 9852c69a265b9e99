import { murmur3 } from "../base/random.ts";
import type { Version } from "../base/version.ts";
import type { SplitPlan } from "../scenario/plan.ts";
import type { HeaderRoute } from "../scenario/rollout-plan.ts";
import { versionByFlag } from "./provided-flag.ts";
import { meetsRule, type RuleSubject } from "./split-rule.ts";

/**
 * The split decision: pure and seeded, the very code that the splitter, the drivers and the simulator run.
 *
 * A key or an ordinal is first given a fixed place on a scale of a million; new owns the places below its
 * share. So the share alone decides, and raising it only ever moves users from old to new.
 */

const scale = 1_000_000;
const words = 2 ** 32;

/** What a decision may look at. */
export type SplitSubject = RuleSubject & {
  /** The user's key, where the request carries one. */
  readonly userKey: string | undefined;
  /** The number of the request, counted from 0 by whoever asks. */
  readonly ordinal: number;
};

/** Rules, flags and a header's route first, then a provider's flag, then the share. */
export function decideVersion(plan: SplitPlan, newPerMillion: number, subject: SplitSubject): Version {
  return (
    versionByRule(plan, subject) ??
    (plan.providedFlag && versionByFlag(plan.providedFlag, subject.userKey)) ??
    versionByShare(plan, newPerMillion, subject)
  );
}

/**
 * What the first rule says that the request meets, then the first flag, then the header's route of a ramp's step;
 * undefined leaves it to the share.
 */
export function versionByRule(
  { rules, flags, headerRoute }: Pick<SplitPlan, "rules" | "flags" | "headerRoute">,
  subject: RuleSubject,
): Version | undefined {
  if (rules !== undefined) for (const rule of rules) if (meetsRule(rule, subject)) return rule.to;
  for (const flag of flags) if (subject.header(flag.header) === flag.equals) return flag.to;
  if (headerRoute !== undefined && subject.header(headerRoute.header) === headerRoute.equals) return "new";
  return undefined;
}

/** The same split with another header's route, or without one. */
export function withHeaderRoute(plan: SplitPlan, headerRoute: HeaderRoute | null): SplitPlan {
  const { headerRoute: _before, ...others } = plan;
  return headerRoute === null ? others : { ...others, headerRoute };
}

/** The sticky or the weighted share. A request without a user key is dealt by ordinal. */
export function versionByShare(
  plan: Pick<SplitPlan, "seed" | "by">,
  newPerMillion: number,
  subject: Pick<SplitSubject, "userKey" | "ordinal">,
): Version {
  const place =
    plan.by === "user" && subject.userKey !== undefined
      ? userPlace(plan.seed, subject.userKey)
      : requestPlace(plan.seed, subject.ordinal);
  return place < newPerMillion ? "new" : "old";
}

/**
 * A user's fixed place, 0 to 999,999: murmur3 of the key, scaled by whole numbers (exact in a double).
 */
export function userPlace(seed: number, key: string): number {
  return Math.floor((murmur3(key, seed >>> 0) * scale) / words);
}

/**
 * The place of the request with this ordinal: a Kronecker sequence (multiples of the golden ratio), which fills
 * the scale more evenly than chance, so that any window of requests holds its share to within a few, and a
 * change of the share leaves no drift.
 *
 * Source: Kuipers and Niederreiter, "Uniform Distribution of Sequences" (1974), ch. 2.3.
 */
export function requestPlace(seed: number, ordinal: number): number {
  return kroneckerPlace(seed, ordinal, 0x9e3779b9);
}

/**
 * Whether the request with this ordinal is copied. Its multiplier is √2, which has no rational relation to the
 * golden ratio: copies are spread evenly over both versions' requests.
 */
export function isMirrored(seed: number, ordinal: number, perMillion: number): boolean {
  return kroneckerPlace(seed, ordinal, 0x6a09e667) < perMillion;
}

function kroneckerPlace(seed: number, ordinal: number, multiplier: number): number {
  const turned = (Math.imul(ordinal | 0, multiplier) + seed) >>> 0;
  return Math.floor((turned * scale) / words);
}
