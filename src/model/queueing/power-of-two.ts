import { invariant } from "../../base/invariant.ts";

/**
 * Mean response of the better of `choices` servers picked at random, in service times, as servers grow many.
 *
 * @param utilisation - ρ in [0, 1)
 * @param choices - d ≥ 2
 *
 * Source: M. Mitzenmacher, "The power of two choices in randomized load balancing" (1996):
 * Σ_{i≥1} ρ^((dⁱ − d)/(d − 1)).
 */
export function powerOfChoicesResponse(utilisation: number, choices = 2): number {
  invariant(utilisation >= 0 && utilisation < 1, "utilisation lies in [0, 1)");
  invariant(choices >= 2, "choices ≥ 2");
  let sum = 0;
  let exponent = 0;
  for (let level = 0; level < 1100; level++) {
    const term = utilisation ** exponent;
    sum += term;
    if (term < sum * 1e-17) break;
    exponent = choices * exponent + choices;
    if (utilisation === 0) break;
  }
  return sum;
}

/**
 * How full a request finds the better of two servers with `slots` each, as servers grow many.
 *
 * @param perServer - offered load A of one server, in erlangs, 0 < A < `slots`
 * @returns chance by number of requests found there, index 0 upwards; adds up to 1
 *
 * Source: the fixed point of Mitzenmacher's mean field for servers that work on several requests at once. With
 * x_k the share of servers with k or more requests, A·x_{k−1}² = min(k, slots)·x_k + Σ_{j=k+1}^{slots} x_j. Going
 * down from x_slots, everything follows by adding and roots; x_0 = 1 settles where to begin.
 */
export function powerOfTwoFound(perServer: number, slots: number): Float64Array {
  invariant(perServer > 0 && perServer < slots, "the servers are used and keep up with the load");
  let low = Math.log(1e-300);
  let high = 0;
  for (let halvings = 0; halvings < 200 && high - low > 1e-14 * Math.abs(low); halvings++) {
    const middle = (low + high) / 2;
    if ((sharesBelow(perServer, slots, Math.exp(middle))[0] ?? 0) < 1) low = middle;
    else high = middle;
  }
  const shares = sharesBelow(perServer, slots, Math.exp(low));
  shares[0] = 1;
  const found = new Float64Array(slots + levelsAbove);
  for (let level = 0; level < found.length; level++) {
    found[level] = (shares[level] ?? 0) ** 2 - (shares[level + 1] ?? 0) ** 2;
  }
  return found;
}

/** Above the slots the shares fall by squaring; so many levels hold them for any load that a double tells from 1. */
const levelsAbove = 48;

/** x_0 … for a given x_slots. */
function sharesBelow(perServer: number, slots: number, full: number): Float64Array {
  const shares = new Float64Array(slots + levelsAbove + 1);
  shares[slots] = full;
  for (let level = slots + 1; level < shares.length; level++) {
    shares[level] = (perServer / slots) * (shares[level - 1] ?? 0) ** 2;
  }
  let between = 0;
  for (let level = slots; level >= 1; level--) {
    const here = shares[level] ?? 0;
    shares[level - 1] = Math.sqrt((level * here + between) / perServer);
    between += here;
  }
  return shares;
}
