import type { Phases } from "../scenario/service-phases.ts";

export function phasesMean(phases: Phases): number {
  return phases.reduce((sum, { share, meanMs }) => sum + share * meanMs, 0);
}

export function phasesScv(phases: Phases): number {
  const square = phases.reduce((sum, { share, meanMs }) => sum + 2 * share * meanMs * meanMs, 0);
  return square / phasesMean(phases) ** 2 - 1;
}

/** The share of times up to `ms`. */
export function phasesProbability(phases: Phases, ms: number): number {
  return phases.reduce((sum, { share, meanMs }) => sum - share * Math.expm1(-ms / meanMs), 0);
}

/** A time from one number in (0, 1]: it says the kind, and what is left of it, stretched, the time. */
export function phasesTime(phases: Phases, uniform: number): number {
  let left = uniform;
  for (const { share, meanMs } of phases) {
    if (left <= share) return -Math.log(left / share) * meanMs;
    left -= share;
  }
  return 0;
}

const halvings = 60;

/** @param quantile - in [0, 1) */
export function phasesQuantile(phases: Phases, quantile: number): number {
  let low = 0;
  let high = phasesMean(phases);
  while (phasesProbability(phases, high) < quantile) high *= 2;
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (phasesProbability(phases, middle) < quantile) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
