import { formatCount, formatShare } from "../base/units.ts";
import { type PerVersion, perVersion, versions } from "../base/version.ts";
import { auditSplit } from "../result/split-audit.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SplitterStats } from "../splitter/messages.ts";

const reasons = ["byRule", "byFlag", "byShare"] as const;
type Decided = { readonly [reason in (typeof reasons)[number]]: PerVersion<number> };

/**
 * Who decided what in a run, warm-up included. How many requests rules and flags take isn't known beforehand, but what
 * they leave to the share is held against it, by the share that was in force at each decision. Where clients ask again
 * it is not: every attempt is decided, and a version that fails is asked more often than its share.
 */
export class DecisionAudit {
  readonly #plan: RunPlan;
  #decided: Decided = { byRule: none(), byFlag: none(), byShare: none() };
  #expectedNew = 0;

  constructor(plan: RunPlan) {
    this.#plan = plan;
  }

  take({ split }: Pick<SplitterStats, "split">): void {
    this.#decided = {
      byRule: sum(this.#decided.byRule, split.byRule),
      byFlag: sum(this.#decided.byFlag, split.byFlag),
      byShare: sum(this.#decided.byShare, split.byShare),
    };
    this.#expectedNew += split.expectedNew;
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
    return `${taken.join(", ")}, and left ${formatCount(total(byShare))} to the share${this.#judged(byShare)}`;
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
