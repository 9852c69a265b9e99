import { formatCount, formatShare } from "../base/units.ts";
import { perVersion, type Version, versions } from "../base/version.ts";
import { auditSplit } from "../result/split-audit.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SplitterStats } from "../splitter/messages.ts";

/** Fewer requests than this expected of a version prove nothing. */
const fewestExpected = 10;

type Given = { [version in Version]: number };

/**
 * Watches, second by second, whether both versions get what the split gives them: a version that gets nothing at
 * all is told within seconds, while there is still time, and not in the report.
 */
export class LiveSplitAudit {
  readonly #plan: RunPlan;
  readonly #tell: (version: Version, message: string) => void;
  /** What a flag or a rule takes is not always known beforehand: then the share alone is watched. */
  readonly #isShareAlone: boolean;
  /** Attempts that a request can make: of so many, at least one request is certain. */
  readonly #mostAttempts: number;
  #newPerMillion: number;
  #given: Given = { old: 0, new: 0 };
  #hasTold = false;

  constructor(plan: RunPlan, tell: (version: Version, message: string) => void) {
    this.#plan = plan;
    this.#isShareAlone =
      plan.flagProvider !== undefined ||
      plan.split.rules !== undefined ||
      (plan.rollout?.steps.some(({ headerRoute }) => headerRoute !== undefined) ?? false);
    this.#mostAttempts = 1 + (plan.retries?.times ?? 0);
    this.#tell = tell;
    this.#newPerMillion = plan.split.newPerMillion;
  }

  take({ split, versions: counts }: Pick<SplitterStats, "split" | "versions">): void {
    if (split.newPerMillion !== this.#newPerMillion) {
      // The second in which the share changed belongs to neither share.
      this.#newPerMillion = split.newPerMillion;
      this.#given = { old: 0, new: 0 };
      this.#hasTold = false;
      return;
    }
    for (const version of versions)
      this.#given[version] += this.#isShareAlone ? split.byShare[version] : counts[version].received;
    this.#judge();
  }

  #judge(): void {
    if (this.#hasTold) return;
    const { users, split } = this.#plan;
    const given = perVersion((version) => Math.floor(this.#given[version] / this.#mostAttempts));
    const { configured, expected, requests, state } = auditSplit(
      { users, split: this.#isShareAlone ? { ...split, flags: [], rules: [] } : split },
      { newShare: this.#newPerMillion / 1e6 },
      given,
    );
    if (state !== "off") return;
    for (const version of versions) {
      const share = version === "new" ? configured : 1 - configured;
      const least = version === "new" ? expected.low : 1 - expected.high;
      const expectedCount = Math.round(share * requests);
      if (this.#given[version] > 0 || least <= 0 || expectedCount < fewestExpected) continue;
      this.#hasTold = true;
      this.#tell(
        version,
        `${version}: 0 of ${formatCount(requests)}, expected ${formatCount(expectedCount)} (${formatShare(share)})`,
      );
    }
  }
}
