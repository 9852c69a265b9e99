import { invariant } from "../../base/invariant.ts";
import type { Mmc } from "./mmc.ts";

/** Beyond this load the series needs more terms than it is worth; Cosmetatos is within 1 % there. */
const mostTerms = 20_000;

/**
 * Mean wait of M/D/c, exact.
 *
 * Source: C. D. Crommelin, "Delay probability formulae when the holding times are constant" (1932):
 * Wq/S = Σ_{i≥1} [ P(N_i ≥ ic) − (c/A)·P(N_i ≥ ic + 1) ], N_i Poisson with mean iA.
 *
 * @returns undefined where the load is so near to 1 that the series is too long
 */
export function mdcMeanWait({ rate, serviceTime, servers }: Mmc): number | undefined {
  const erlangs = rate * serviceTime;
  invariant(erlangs < servers, "the servers keep up with the load");
  if (erlangs === 0) return 0;
  let sum = 0;
  for (let batch = 1; batch <= mostTerms; batch++) {
    const term = crommelinTerm(batch * erlangs, batch * servers);
    sum += term;
    if (term <= sum * 1e-15) return sum * serviceTime;
  }
  return undefined;
}

/** P(N ≥ n) − (n/m)·P(N ≥ n + 1) for a Poisson N of mean m < n, as its first chance times a quick series. */
function crommelinTerm(mean: number, count: number): number {
  // Σ_{k≥0} p(n+k)·(1 − n/m) + p(n)·n/m, with p(n+k) = p(n)·m^k / ((n+1)…(n+k)).
  let relative = 1;
  let tail = 1;
  for (let step = 1; relative > tail * 1e-17; step++) {
    relative *= mean / (count + step);
    tail += relative;
  }
  const ratio = count / mean;
  return poissonChance(mean, count) * Math.max(0, tail - ratio * (tail - 1));
}

/**
 * The chance of exactly `count` events, without cancellation where both numbers are large.
 *
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000): the saddle point.
 */
function poissonChance(mean: number, count: number): number {
  return Math.exp(-stirlingError(count) - deviance(count, mean)) / Math.sqrt(2 * Math.PI * count);
}

/** ln n! − (n + ½)ln n + n − ½ln 2π. */
function stirlingError(count: number): number {
  if (count < 16) {
    let logFactorial = 0;
    for (let factor = 2; factor <= count; factor++) logFactorial += Math.log(factor);
    return logFactorial - (count + 0.5) * Math.log(count) + count - 0.5 * Math.log(2 * Math.PI);
  }
  const square = count * count;
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / count;
}

/** n ln(n/m) + m − n, by a series where the two are near. */
function deviance(count: number, mean: number): number {
  const gap = (count - mean) / (count + mean);
  if (Math.abs(gap) > 0.1) return count * Math.log(count / mean) + mean - count;
  let sum = (count - mean) * gap;
  let power = 2 * count * gap;
  for (let odd = 3; odd < 1000; odd += 2) {
    power *= gap * gap;
    const next = sum + power / odd;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
