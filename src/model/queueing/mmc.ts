import { invariant } from "../../base/invariant.ts";
import { erlangC } from "./erlang.ts";

/** Poisson arrivals, exponential service, one queue before `servers` equal servers. Any one unit of time. */
export type Mmc = { readonly rate: number; readonly serviceTime: number; readonly servers: number };

export type QueueAnswer = {
  readonly erlangs: number;
  readonly utilisation: number;
  readonly waitProbability: number;
  readonly meanWait: number;
  readonly meanResponse: number;
  readonly meanQueueLength: number;
  readonly meanInSystem: number;
};

/**
 * M/M/c in the long run.
 *
 * Source: Kleinrock, Queueing Systems I, section 3.5; lengths by Little's law.
 */
export function mmc({ rate, serviceTime, servers }: Mmc): QueueAnswer {
  const erlangs = rate * serviceTime;
  const waitProbability = erlangC(servers, erlangs);
  const meanWait = (waitProbability * serviceTime) / (servers - erlangs);
  return {
    erlangs,
    utilisation: erlangs / servers,
    waitProbability,
    meanWait,
    meanResponse: meanWait + serviceTime,
    meanQueueLength: rate * meanWait,
    meanInSystem: rate * meanWait + erlangs,
  };
}

/**
 * The probability that nobody is in the system.
 *
 * Source: Kleinrock I, 3.5. p(c) = p(0)·Aᶜ/c! and C = p(c)/(1 − ρ), so p(0) is summed in the same terms as B.
 */
export function mmcEmptyProbability({ rate, serviceTime, servers }: Mmc): number {
  const erlangs = rate * serviceTime;
  invariant(erlangs < servers, "the servers keep up with the load");
  let term = 1;
  let sum = 1;
  for (let busy = 1; busy < servers; busy++) {
    term *= erlangs / busy;
    sum += term;
  }
  return 1 / (sum + (term * erlangs) / (servers - erlangs));
}

/** The share of requests that wait longer than `time`: C·e^(−(c−A)t/S). */
export function mmcWaitExceeds(queue: Mmc, time: number): number {
  const erlangs = queue.rate * queue.serviceTime;
  const drain = (queue.servers - erlangs) / queue.serviceTime;
  return erlangC(queue.servers, erlangs) * Math.exp(-drain * time);
}

/** The wait that a share `quantile` of requests stays within; 0 where fewer have to wait at all. */
export function mmcWaitQuantile(queue: Mmc, quantile: number): number {
  const erlangs = queue.rate * queue.serviceTime;
  const drain = (queue.servers - erlangs) / queue.serviceTime;
  return Math.max(0, Math.log(erlangC(queue.servers, erlangs) / (1 - quantile)) / drain);
}

/**
 * The share of requests whose response takes longer than `time`.
 *
 * Source: the wait (an atom at 0, else exponential with θ = (c−A)/S) plus an independent exponential service
 * with μ = 1/S. Where θ = μ, that is c − A = 1, the two exponents meet and the limit te^(−μt) takes their place.
 */
export function mmcResponseExceeds(queue: Mmc, time: number): number {
  const erlangs = queue.rate * queue.serviceTime;
  return exponentialResponseExceeds(
    { waitProbability: erlangC(queue.servers, erlangs), drain: queue.servers - erlangs },
    time / queue.serviceTime,
  );
}

/**
 * The same for any wait with an exponential tail, in units of the service time.
 *
 * @param wait - `waitProbability`; `drain` θ: 1 / the mean wait of those who wait, in 1 / service times
 */
export function exponentialResponseExceeds(
  wait: { readonly waitProbability: number; readonly drain: number },
  time: number,
): number {
  const { waitProbability, drain } = wait;
  const served = Math.exp(-time);
  const gap = drain - 1;
  // (θe^(−t) − e^(−θt)) / (θ − 1) = e^(−t)·(1 + (1 − e^(−(θ−1)t)) / (θ−1)), which is stable for all θ ≥ 1.
  const late =
    Math.abs(gap) < 1e-9
      ? served * (1 + time)
      : gap > 0
        ? served * (1 - Math.expm1(-gap * time) / gap)
        : (drain * served - Math.exp(-drain * time)) / gap;
  return (1 - waitProbability) * served + waitProbability * late;
}

/** The response time that a share `quantile` of requests stays within. */
export function mmcResponseQuantile(queue: Mmc, quantile: number): number {
  return decreasingCrossing((time) => mmcResponseExceeds(queue, time), 1 - quantile, queue.serviceTime);
}

/**
 * Where a falling function of time comes down to `level`, by bisection to 12 digits.
 *
 * @param scale - a time of about the right size, > 0
 */
export function decreasingCrossing(exceeds: (time: number) => number, level: number, scale: number): number {
  invariant(level > 0, "level > 0");
  if (exceeds(0) <= level) return 0;
  let low = 0;
  let high = scale;
  for (let doublings = 0; exceeds(high) > level && doublings < 200; doublings++) {
    low = high;
    high *= 2;
  }
  for (let halvings = 0; halvings < 100 && high - low > high * 1e-13; halvings++) {
    const middle = (low + high) / 2;
    if (exceeds(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
