import { invariant } from "../base/invariant.ts";
import { twoSidedZ } from "./normal.ts";

export type Interval = { readonly low: number; readonly high: number };

/**
 * Confidence interval of a share from `hits` of `trials`, safe for few trials and for shares near 0 and 1.
 *
 * @param z - standard normal quantile; that of 95 % where none is given
 * @returns shares 0–1; the whole range when there were no trials
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
 */
export function wilsonInterval(hits: number, trials: number, z = twoSidedZ(0.95)): Interval {
  invariant(hits >= 0 && hits <= trials, "hits lie between 0 and trials");
  if (trials === 0) return { low: 0, high: 1 };
  const share = hits / trials;
  const spread = (z * z) / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  return { low: hits === 0 ? 0 : centre - half, high: hits === trials ? 1 : centre + half };
}

/**
 * Within what range the realised share of `trials` independent draws lies when the true share is `share`.
 *
 * @returns shares 0–1, normal approximation with half a draw's continuity correction
 */
export function expectedShare(share: number, trials: number, z = 3): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const half = z * Math.sqrt((share * (1 - share)) / trials) + 0.5 / trials;
  return { low: Math.max(0, share - half), high: Math.min(1, share + half) };
}
