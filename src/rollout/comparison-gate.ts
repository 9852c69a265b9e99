import { formatCount, formatShare } from "../base/units.ts";
import type { GatePlan } from "../scenario/rollout-plan.ts";
import { estimateShare } from "../stats/estimate.ts";
import { twoSidedZ } from "../stats/normal.ts";
import type { GateVerdict } from "./gate.ts";

/** Pairs of answers that were compared at normal load, and those that differ beyond noise. */
export type ComparisonReading = { readonly compared: number; readonly mismatched: number };

/** What came since; noise that is known better now may take mismatches of before back, never below none. */
export function comparedSince(
  now: ComparisonReading | undefined,
  before: ComparisonReading | undefined,
): ComparisonReading | undefined {
  if (now === undefined) return undefined;
  const compared = Math.max(0, now.compared - (before?.compared ?? 0));
  const mismatched = Math.max(0, now.mismatched - (before?.mismatched ?? 0));
  return { compared, mismatched: Math.min(mismatched, compared) };
}

/** A gate on `compare.mismatchShare`. Fewer pairs than `minSamples` decide nothing, and none never pass. */
export function judgeComparison(gate: GatePlan, reading: ComparisonReading | undefined): GateVerdict {
  const verdict = { samples: {}, limits: [], dependence: {}, ranks: undefined };
  const { compared, mismatched } = reading ?? { compared: 0, mismatched: 0 };
  if (compared === 0) return { ...verdict, state: "NO DATA", reason: "no answers have been compared" };
  if (compared < gate.minSamples) {
    const found = `${formatCount(compared)} pairs of answers were compared`;
    return {
      ...verdict,
      state: "INCONCLUSIVE",
      reason: `${found}; the gate needs ${formatCount(gate.minSamples)}`,
    };
  }
  const limitValue = gate.max ?? 0;
  const confidence = gate.valueConfidence;
  const observed = estimateShare(mismatched, compared, twoSidedZ(confidence));
  const { low, high } = observed;
  const state = high <= limitValue ? "PASS" : low > limitValue ? "FAIL" : "INCONCLUSIVE";
  const relation = { PASS: "at or below", FAIL: "above", INCONCLUSIVE: "not certainly on either side of" };
  const share = formatShare(mismatched / compared);
  return {
    ...verdict,
    state,
    reason: `${formatCount(mismatched)} of ${formatCount(compared)} compared answers differ (${share}), ${relation[state]} the limit of ${formatShare(limitValue)}`,
    limits: [{ limit: "max", limitValue, state, observed, confidence }],
  };
}
