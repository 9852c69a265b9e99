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
 * @param perServer - offered load of one server, in erlangs, below `slots`
 * @returns chance by number of requests found there, index 0 upwards; adds up to 1
 *
 * Source: the fixed point of Mitzenmacher's mean field for servers that work on several requests at once:
 * a server with k requests gains one at the rate A·(x_k + x_{k+1}), x_k being the share of servers with k or
 * more, and loses one at the rate min(k, slots).
 */
export function powerOfTwoFound(perServer: number, slots: number): Float64Array {
  invariant(perServer < slots, "the servers keep up with the load");
  const levels = slots + 60;
  let tail = new Float64Array(levels + 2);
  for (let level = 0; level <= slots; level++) tail[level] = Math.max(0, 1 - level / (perServer + 1));
  tail[0] = 1;
  for (let round = 0; round < maxRounds; round++) {
    const next = nextTail(tail, perServer, slots);
    let moved = 0;
    for (let level = 0; level < tail.length; level++) {
      moved = Math.max(moved, Math.abs((next[level] ?? 0) - (tail[level] ?? 0)));
      next[level] = ((next[level] ?? 0) + (tail[level] ?? 0)) / 2;
    }
    tail = next;
    if (moved < 1e-12) break;
  }
  const found = new Float64Array(levels + 1);
  for (let level = 0; level <= levels; level++) {
    found[level] = (tail[level] ?? 0) ** 2 - (tail[level + 1] ?? 0) ** 2;
  }
  return found;
}

const maxRounds = 5000;

/** Shares of servers by births and deaths, given the tail of the round before. */
function nextTail(tail: Float64Array, perServer: number, slots: number): Float64Array<ArrayBuffer> {
  const weights = new Float64Array(tail.length);
  weights[0] = 1;
  let sum = 1;
  for (let level = 1; level < tail.length; level++) {
    const gain = perServer * ((tail[level - 1] ?? 0) + (tail[level] ?? 0));
    weights[level] = ((weights[level - 1] ?? 0) * gain) / Math.min(level, slots);
    sum += weights[level] ?? 0;
  }
  const next = new Float64Array(tail.length);
  let above = 0;
  for (let level = tail.length - 1; level >= 0; level--) {
    above += (weights[level] ?? 0) / sum;
    next[level] = above;
  }
  return next;
}
