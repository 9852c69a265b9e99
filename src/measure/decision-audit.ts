import { formatCount, formatShare } from "../base/units.ts";
import { type PerVersion, perVersion, versions } from "../base/version.ts";
import { auditSplit } from "../result/split-audit.ts";
import type { FlaggedShares, RunPlan } from "../scenario/plan.ts";
import type { SplitterStats } from "../splitter/messages.ts";

const reasons = ["byRule", "byFlag", "byShare"] as const;
/** What rules left in seconds whose flags are known, and of it what flags gave each version and were to give. */
type Flagged = {
  readonly requests: number;
  readonly given: PerVersion<number>;
  readonly due: PerVersion<number>;
};
type Decided = { readonly [reason in (typeof reasons)[number]]: PerVersion<number> };

/**
 * Who decided what in a run, warm-up included. What a provider's flag gives each version is held against whom of the
 * plan's users it takes, by the flag that was in force, and what is left to the share against the share at each
 * decision. Where clients ask again neither is: every attempt is decided, and a version that fails is asked more often.
 */
export class DecisionAudit {
  readonly #plan: RunPlan;
  #decided: Decided = { byRule: none(), byFlag: none(), byShare: none() };
  #expectedNew = 0;
  readonly #flaggedNow: () => FlaggedShares | undefined;
  #before: FlaggedShares | undefined;
  #flagged: Flagged = { requests: 0, given: none(), due: none() };

  /** @param flaggedNow - what a provider's flag decides at the moment; another object when that has changed */
  constructor(plan: RunPlan, flaggedNow: () => FlaggedShares | undefined) {
    this.#plan = plan;
    this.#flaggedNow = flaggedNow;
    this.#before = flaggedNow();
  }

  take({ split }: Pick<SplitterStats, "split">): void {
    this.#decided = {
      byRule: sum(this.#decided.byRule, split.byRule),
      byFlag: sum(this.#decided.byFlag, split.byFlag),
      byShare: sum(this.#decided.byShare, split.byShare),
    };
    this.#expectedNew += split.expectedNew;
    const flagged = this.#flaggedNow();
    // The second in which the flags changed belongs to neither.
    if (flagged === this.#before) this.#takeFlagged(split, flagged);
    this.#before = flagged;
  }

  /** @returns undefined where the share alone decides, which the audit of the whole tells already */
  sentence(): string | undefined {
    const { flagProvider, split } = this.#plan;
    const hasOthers = flagProvider !== undefined || split.rules !== undefined || split.flags.length > 0;
    if (!hasOthers) return undefined;
    const { byRule, byFlag, byShare } = this.#decided;
    const others = [
      ["rules", byRule],
      ["flags", byFlag],
    ] as const;
    const taken = others.map(
      ([name, counts]) => `${name} took ${formatCount(total(counts))}${parted(counts)}`,
    );
    const left = `${taken.join(", ")}, and left ${formatCount(total(byShare))} to the share`;
    return `${left}${this.#judged(byShare)}${this.#judgedFlags()}`;
  }

  #takeFlagged({ byFlag, byShare }: SplitterStats["split"], { toNew, toOld }: FlaggedShares = {}): void {
    const areRulesKnown = (this.#plan.split.rules ?? []).every(
      ({ requestShare }) => requestShare !== undefined,
    );
    if (toNew === undefined || toOld === undefined || !areRulesKnown) return;
    const requests = total(byFlag) + total(byShare);
    this.#flagged = {
      requests: this.#flagged.requests + requests,
      given: sum(this.#flagged.given, byFlag),
      due: sum(this.#flagged.due, { old: toOld * requests, new: toNew * requests }),
    };
  }

  #judgedFlags(): string {
    const { requests, given, due } = this.#flagged;
    if (requests === 0 || this.#plan.retries !== undefined) return "";
    const { users, load, split } = this.#plan;
    const plan = { users, load, split: { ...split, by: "request", flags: [], rules: [] } } as const;
    const ofVersions = versions.map((version) => {
      const counts = { old: requests - given[version], new: given[version] };
      const {
        realised = 0,
        expected,
        state,
      } = auditSplit(plan, { newShare: due[version] / requests }, counts);
      return `${version} ${formatShare(realised)}, between ${formatShare(expected.low)} and ${formatShare(expected.high)} expected, ${state}`;
    });
    return `; of what rules left, the flags gave ${ofVersions.join("; ")}`;
  }

  #judged(byShare: PerVersion<number>): string {
    const requests = total(byShare);
    if (this.#plan.retries !== undefined) return ", every attempt counted";
    if (requests === 0) return "";
    const { byRule, byFlag } = this.#decided;
    const users = Math.max(1, this.#plan.users * (requests / (requests + total(byRule) + total(byFlag))));
    const split = { ...this.#plan.split, flags: [], rules: [] };
    const asked = { newShare: this.#expectedNew / requests };
    const { realised = 0, expected, state } = auditSplit({ users, split }, asked, byShare);
    const band = `between ${formatShare(expected.low)} and ${formatShare(expected.high)} expected`;
    return `: new got ${formatShare(realised)} of them, ${band}, ${state}`;
  }
}

function none(): PerVersion<number> {
  return perVersion(() => 0);
}

function sum(left: PerVersion<number>, right: PerVersion<number>): PerVersion<number> {
  return perVersion((version) => left[version] + right[version]);
}

function total(counts: PerVersion<number>): number {
  return counts.old + counts.new;
}

function parted(counts: PerVersion<number>): string {
  if (total(counts) === 0) return "";
  return ` (${versions.map((version) => `${version} ${formatCount(counts[version])}`).join(", ")})`;
}
