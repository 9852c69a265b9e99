import type { NoiseThresholds } from "../scenario/compare-plan.ts";

/** How often a field differed between two versions, and how often between old and old, out of so many each. */
export type DifferenceRates = {
  readonly raw: number;
  readonly compared: number;
  readonly noise: number;
  readonly noiseCompared: number;
};

/**
 * Whether a field differs for another reason than noise: more often than noise, by more than the relative
 * threshold of both together and by more than the absolute threshold of all answers.
 *
 * Source: the rule of Diffy's noise cancelling, on rates, so that fewer answers may be asked for twice.
 */
export function isBeyondNoise(
  { raw, compared, noise, noiseCompared }: DifferenceRates,
  { relative, absolute }: NoiseThresholds,
): boolean {
  if (compared === 0 || raw === 0) return false;
  const rawShare = raw / compared;
  const noiseShare = noiseCompared === 0 ? 0 : noise / noiseCompared;
  const excess = rawShare - noiseShare;
  return excess > 0 && excess / (rawShare + noiseShare) > relative && excess > absolute;
}
