import { invariant } from "../../base/invariant.ts";
import { normalCdf, normalDensity } from "../../stats/normal.ts";

/**
 * The share of requests that wait when c = A + β√A servers face a large load A.
 *
 * Source: S. Halfin and W. Whitt, "Heavy-traffic limits for queues with many exponential servers" (1981):
 * [1 + βΦ(β)/φ(β)]⁻¹.
 */
export function squareRootDelay(beta: number): number {
  invariant(beta > 0, "beta > 0");
  return 1 / (1 + (beta * normalCdf(beta)) / normalDensity(beta));
}

/** Servers of square-root staffing, a good first guess and explanation; the exact count comes from Erlang C. */
export function squareRootServers(erlangs: number, beta: number): number {
  return Math.ceil(erlangs + beta * Math.sqrt(erlangs));
}

/** The β at which a share `delay` of requests waits, by bisection. */
export function betaForDelay(delay: number): number {
  invariant(delay > 0 && delay < 1, "a share between 0 and 1");
  let low = 1e-9;
  let high = 40;
  for (let halvings = 0; halvings < 80; halvings++) {
    const middle = (low + high) / 2;
    if (squareRootDelay(middle) > delay) low = middle;
    else high = middle;
  }
  return high;
}
