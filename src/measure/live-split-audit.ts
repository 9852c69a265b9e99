import { formatCount, formatShare } from "../base/units.ts";
import { perVersion, type Version, versions } from "../base/version.ts";
import { auditSplit } from "../result/split-audit.ts";
import type { FlaggedShares, RunPlan } from "../scenario/plan.ts";
import type { SplitterStats } from "../splitter/messages.ts";

/** Fewer requests than this expected of a version prove nothing. */
const fewestExpected = 10;

type Given = { [version in Version]: number };

export type LiveAuditParts = {
  readonly tell: (version: Version, message: string) => void;
  /** What a provider's flag decides at the moment; another object when that has changed. */
  readonly flagged: () => FlaggedShares | undefined;
};

/**
 * Watches, second by second, whether both versions get what the split gives them: a version that gets nothing at
 * all is told within seconds, while there is still time, and not in the report.
 */
export class LiveSplitAudit {
  readonly #plan: RunPlan;
  readonly #parts: LiveAuditParts;
  /** A rule or a route may take what isn't known beforehand: then only what they leave is watched. */
  readonly #hasRules: boolean;
  /** Attempts that a request can make: of so many, at least one request is certain. */
  readonly #mostAttempts: number;
  #newPerMillion: number;
  #flagged: FlaggedShares | undefined;
  #given: Given = { old: 0, new: 0 };
  #hasTold = false;

  constructor(plan: RunPlan, parts: LiveAuditParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#flagged = parts.flagged();
    this.#hasRules =
      plan.split.rules !== undefined ||
      (plan.rollout?.steps.some(({ headerRoute }) => headerRoute !== undefined) ?? false);
    this.#mostAttempts = 1 + (plan.retries?.times ?? 0);
    this.#newPerMillion = plan.split.newPerMillion;
  }

  take({ split, versions: counts }: Pick<SplitterStats, "split" | "versions">): void {
    const flagged = this.#parts.flagged();
    if (split.newPerMillion !== this.#newPerMillion || flagged !== this.#flagged) {
      // The second in which the split changed belongs to neither split.
      this.#newPerMillion = split.newPerMillion;
      this.#flagged = flagged;
      this.#given = { old: 0, new: 0 };
      this.#hasTold = false;
      return;
    }
    const { flags, rules } = this.#watched();
    for (const version of versions) {
      if (rules) this.#given[version] += counts[version].received;
      else this.#given[version] += split.byShare[version] + (flags ? split.byFlag[version] : 0);
    }
    this.#judge();
  }

  /** Whether more than the share is: what a provider's flag takes, and what rules take too. */
  #watched(): { readonly flags: boolean; readonly rules: boolean } {
    const { flagProvider, split } = this.#plan;
    const areFlagsKnown = flagProvider === undefined || this.#flagged?.toNew !== undefined;
    const mayFollow = (split.rules ?? []).every(({ requestShare }) => requestShare !== undefined);
    const flags = areFlagsKnown && flagProvider !== undefined && mayFollow;
    return { flags, rules: areFlagsKnown && !this.#hasRules };
  }

  #judge(): void {
    if (this.#hasTold) return;
    const { users, split, load } = this.#plan;
    const { flags, rules } = this.#watched();
    const watched = { ...split, ...(!rules && { flags: [], rules: [] }) };
    const given = perVersion((version) => Math.floor(this.#given[version] / this.#mostAttempts));
    const { configured, expected, requests, state } = auditSplit(
      { users, load, split: watched },
      { newShare: this.#newPerMillion / 1e6, ...(flags && this.#flagged && { flagged: this.#flagged }) },
      given,
    );
    if (state !== "off") return;
    for (const version of versions) {
      const share = version === "new" ? configured : 1 - configured;
      const least = version === "new" ? expected.low : 1 - expected.high;
      const expectedCount = Math.round(share * requests);
      if (this.#given[version] > 0 || least <= 0 || expectedCount < fewestExpected) continue;
      this.#hasTold = true;
      this.#parts.tell(
        version,
        `${version}: 0 of ${formatCount(requests)}, expected ${formatCount(expectedCount)} (${formatShare(share)})`,
      );
    }
  }
}
