import { invariant } from "../../base/invariant.ts";

/**
 * Mean response of a request that is sent to two equal servers and answered when both have answered, as when
 * answers of old and new are compared online.
 *
 * @param utilisation - of each of the two, with Poisson arrivals and exponential service
 *
 * Source: R. Nelson and A. N. Tantawi (1988), exact for two: (12 − ρ)/8 · S/(1 − ρ).
 */
export function forkJoinOfTwo(utilisation: number, serviceTime: number): number {
  invariant(utilisation >= 0 && utilisation < 1, "the servers keep up with the load");
  return (((12 - utilisation) / 8) * serviceTime) / (1 - utilisation);
}

/**
 * Mean number in a store that gets its queries in pairs, as mirroring without delay sends them.
 *
 * Source: M^[2]/M/1 (Kleinrock I, 4.7): 1.5·ρ/(1 − ρ), half as much again as without pairs at the same rate.
 */
export function batchesOfTwoInSystem(utilisation: number): number {
  invariant(utilisation >= 0 && utilisation < 1, "the store keeps up with the load");
  return (1.5 * utilisation) / (1 - utilisation);
}

/**
 * How many times as many requests are in a store, on average, when some of them come in pairs, as at the same rate
 * without pairs: 1 without copies, 1.5 when each has one.
 *
 * @param copiedShare - copies for each original, 0–1
 *
 * Source: M^[X]/M/1 (Kleinrock I, 4.7), (E[X²] + E[X]) ÷ (2·E[X]) with X = 2 for a share m: (1 + 2m) ÷ (1 + m).
 */
export function pairFactor(copiedShare: number): number {
  invariant(copiedShare >= 0 && copiedShare <= 1, "at most one copy for each request");
  return (1 + 2 * copiedShare) / (1 + copiedShare);
}
