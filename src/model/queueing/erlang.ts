import { invariant } from "../../base/invariant.ts";

/**
 * Erlang's loss formula: the share of requests turned away when none may wait.
 *
 * 1/B is a sum of positive terms, c·(c−1)⋯(c−k+1)/Aᵏ, so nothing cancels, nothing overflows unseen, and only
 * about √A terms count: 100,000 servers take microseconds.
 *
 * @param servers - c ≥ 0, whole
 * @param erlangs - A = rate × service time ≥ 0
 * @returns a probability; 0 where it is below the smallest double
 *
 * Source: A. K. Erlang (1917); the inverse form is the standard recursion 1/B(c) = 1 + c/A · 1/B(c−1) written out.
 */
export function erlangB(servers: number, erlangs: number): number {
  invariant(Number.isInteger(servers) && servers >= 0, "servers is a whole number ≥ 0");
  invariant(erlangs >= 0 && Number.isFinite(erlangs), "erlangs is a number ≥ 0");
  if (erlangs === 0) return servers === 0 ? 1 : 0;
  let term = 1;
  let sum = 1;
  for (let left = servers; left > 0; left--) {
    term *= left / erlangs;
    sum += term;
    if (term < sum * negligible && left < erlangs) break;
    if (sum === Number.POSITIVE_INFINITY) return 0;
  }
  return 1 / sum;
}

/**
 * Erlang's delay formula: the share of requests that must wait for a free server.
 *
 * @param servers - c ≥ 1, whole
 * @param erlangs - A, with 0 ≤ A < c
 *
 * Source: A. K. Erlang (1917), C = B / (1 − ρ(1 − B)).
 */
export function erlangC(servers: number, erlangs: number): number {
  invariant(erlangs < servers, "the servers keep up with the load");
  const blocking = erlangB(servers, erlangs);
  const utilisation = erlangs / servers;
  return blocking / (1 - utilisation * (1 - blocking));
}

/**
 * The fewest servers that turn away at most `blocking` of the requests.
 *
 * Source: bisection on erlangB, which falls as servers are added.
 */
export function serversForBlocking(erlangs: number, blocking: number): number {
  invariant(blocking > 0 && blocking < 1, "blocking lies between 0 and 1");
  return smallestWhole(0, (servers) => erlangB(servers, erlangs) <= blocking);
}

/**
 * The smallest whole number ≥ `from` for which `holds`, when it holds for all larger ones too.
 *
 * @returns Infinity where none below 2⁵² does
 */
export function smallestWhole(from: number, holds: (count: number) => boolean): number {
  if (holds(from)) return from;
  let tooSmall = from;
  let step = 1;
  while (!holds(from + step)) {
    tooSmall = from + step;
    step *= 2;
    if (step > 2 ** 52) return Number.POSITIVE_INFINITY;
  }
  let enough = from + step;
  while (enough - tooSmall > 1) {
    const middle = Math.floor((tooSmall + enough) / 2);
    if (holds(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

const negligible = 1e-17;
