import { invariant } from "../base/invariant.ts";
import type { EndpointPlan } from "../scenario/workload-plan.ts";
import { seededChoice } from "./seeded-choice.ts";

/**
 * Deals requests to endpoints by their shares. The choice depends on seed and ordinal only, so it is the same
 * however many drivers there are.
 *
 * @returns the index of the endpoint of the request with this ordinal
 */
export function requestMix(endpoints: readonly EndpointPlan[], seed: number): (ordinal: number) => number {
  invariant(endpoints.length > 0, "there is at least one endpoint");
  const last = endpoints.length - 1;
  if (last === 0) return () => 0;
  const choose = seededChoice(seed, "request-mix");
  const upTo = cumulativeShares(endpoints);
  return (ordinal) => {
    const place = choose(ordinal);
    for (let index = 0; index < last; index++) if (place < (upTo[index] as number)) return index;
    return last;
  };
}

function cumulativeShares(endpoints: readonly EndpointPlan[]): Float64Array {
  let sum = 0;
  return Float64Array.from(endpoints, (endpoint) => {
    sum += endpoint.share;
    return sum;
  });
}
