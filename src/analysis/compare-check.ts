import { formatNumber, formatShare } from "../base/units.ts";
import type { Check, RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";

/** Fewer pairs than this say little about noise. */
const fewestPairs = 100;

/** Holds what new answers against what old answers, where the scenario compares them. */
export function compareChecks(
  { comparison }: Pick<RunResult, "comparison">,
  plan: Pick<RunPlan, "compare">,
): readonly Check[] {
  if (plan.compare === undefined) return [];
  const { maxMismatch } = plan.compare;
  const limit = maxMismatch === undefined ? "" : ` ≤ ${formatShare(maxMismatch)}`;
  const check = { kind: "compare", name: `mismatch of old and new${limit}` };
  if (comparison?.mismatchShare === undefined) {
    return [{ ...check, state: "NO DATA", reason: `nothing was compared${whyNot(comparison)}` }];
  }
  const { compared, mismatched, mismatchShare } = comparison;
  const noise = comparison.noise === "old-twice" ? " beyond noise" : "";
  const reason = `${formatNumber(mismatched)} of ${formatNumber(compared)} compared answers differ${noise} (${formatShare(mismatchShare)})${worstField(comparison)}`;
  const { state, remark } = judge(compared, mismatchShare, maxMismatch);
  return [{ ...check, state, reason: `${reason}${remark}` }];
}

type Judgement = { readonly state: Check["state"]; readonly remark: string };

function judge(compared: number, mismatchShare: number, maxMismatch: number | undefined): Judgement {
  if (maxMismatch === undefined) return { state: "PASS", remark: "; the scenario sets no limit" };
  if (mismatchShare > maxMismatch) {
    return compared >= fewestPairs
      ? { state: "FAIL", remark: "" }
      : { state: "INCONCLUSIVE", remark: `; fewer than ${fewestPairs} tell little` };
  }
  // With fewer, not even one difference would be allowed.
  const needed = Math.max(fewestPairs, maxMismatch === 0 ? 0 : Math.ceil(1 / maxMismatch));
  return compared >= needed
    ? { state: "PASS", remark: "" }
    : { state: "INCONCLUSIVE", remark: `; ${formatNumber(needed)} are needed to tell` };
}

function worstField({ fields }: NonNullable<RunResult["comparison"]>): string {
  const first = fields.find(({ isBeyondNoise }) => isBeyondNoise);
  return first === undefined ? "" : `, most in ${first.field} of ${first.endpoint} (${first.kind})`;
}

function whyNot(comparison: RunResult["comparison"]): string {
  const reasons = Object.entries(comparison?.notCompared ?? {});
  if (reasons.length === 0) return "";
  return `: ${reasons.map(([reason, count]) => `${formatNumber(count)} × ${reason}`).join(", ")}`;
}
