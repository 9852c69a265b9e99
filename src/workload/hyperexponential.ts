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

/**
 * The time that a share of requests takes longer than.
 *
 * By Newton's method on −ln of the share, which bends one way only: from below no step goes too far. It begins at the
 * highest of the times that each phase alone and the mean rate set as lower bounds.
 *
 * @param share - in (0, 1]
 */
export function phasesTimeExceededBy(phases: Phases, share: number): number {
  const hazard = -Math.log(share);
  let ms = leastTime(phases, hazard);
  for (let step = 0; step < mostSteps; step++) {
    let left = 0;
    let density = 0;
    for (const phase of phases) {
      const leftOfPhase = phase.share * Math.exp(-ms / phase.meanMs);
      left += leftOfPhase;
      density += leftOfPhase / phase.meanMs;
    }
    const missing = ((hazard + Math.log(left)) * left) / density;
    if (!(missing > precision * ms)) break;
    ms += missing;
  }
  return ms;
}

const mostSteps = 50;
const precision = 1e-13;

function leastTime(phases: Phases, hazard: number): number {
  let rate = 0;
  let least = 0;
  for (const { share, meanMs } of phases) {
    rate += share / meanMs;
    least = Math.max(least, meanMs * (hazard + Math.log(share)));
  }
  return Math.max(least, hazard / rate);
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
