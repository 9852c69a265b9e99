import { invariant } from "../../base/invariant.ts";
import { decreasingCrossing } from "./mmc.ts";

/** One server, Poisson arrivals. Any one unit of time. */
export type SingleServer = { readonly rate: number; readonly serviceTime: number };

/**
 * Mean wait of M/G/1.
 *
 * @param scv - squared coefficient of variation of the service time
 *
 * Source: Pollaczek–Khinchine (Kleinrock I, 5.6): Wq = ρS(1 + scv) / (2(1 − ρ)).
 */
export function mg1MeanWait({ rate, serviceTime, scv }: SingleServer & { readonly scv: number }): number {
  const utilisation = rate * serviceTime;
  invariant(utilisation < 1, "the server keeps up with the load");
  return (utilisation * serviceTime * (1 + scv)) / (2 * (1 - utilisation));
}

/**
 * The share of requests of an M/D/1 queue that wait longer than `time`.
 *
 * Source: G. J. Franx, "A simple solution for the M/D/c waiting time distribution", Operations Research
 * Letters 29 (2001), for c = 1. All terms are positive, unlike Erlang's alternating series.
 */
export function md1WaitExceeds({ rate, serviceTime }: SingleServer, time: number): number {
  const utilisation = rate * serviceTime;
  invariant(utilisation < 1, "the server keeps up with the load");
  const services = Math.floor(time / serviceTime) + 1;
  invariant(services <= mostServices, `a wait of at most ${mostServices} service times`);
  const atMost = queueAtMost(utilisation, services);
  const rest = rate * (services * serviceTime - time);
  let chance = 0;
  let poisson = Math.exp(-rest);
  for (let arrivals = 0; arrivals < services; arrivals++) {
    chance += (atMost[services - 1 - arrivals] ?? 0) * poisson;
    poisson *= rest / (arrivals + 1);
  }
  return Math.max(0, 1 - chance);
}

const mostServices = 5000;

/** The wait that a share `quantile` of requests of an M/D/1 queue stays within. */
export function md1WaitQuantile(queue: SingleServer, quantile: number): number {
  return decreasingCrossing((time) => md1WaitExceeds(queue, time), 1 - quantile, queue.serviceTime);
}

/**
 * Chances that at most n requests wait, n = 0 … count − 1, in M/D/1.
 *
 * Source: the stable recursion of M/G/1 queues (Tijms, A First Course in Stochastic Models, section 9.2):
 * a₀·p(j) = p(0)·ā(j) + Σ p(i)·ā(j − i + 1), with ā(n) the chance of n or more arrivals in a service time.
 */
function queueAtMost(utilisation: number, count: number): Float64Array {
  const more = poissonTails(utilisation, count + 2);
  const none = Math.exp(-utilisation);
  const inSystem = new Float64Array(count + 1);
  inSystem[0] = 1 - utilisation;
  for (let state = 1; state <= count; state++) {
    let sum = (inSystem[0] ?? 0) * (more[state] ?? 0);
    for (let before = 1; before < state; before++) {
      sum += (inSystem[before] ?? 0) * (more[state - before + 1] ?? 0);
    }
    inSystem[state] = sum / none;
  }
  const atMost = new Float64Array(count);
  let total = inSystem[0] ?? 0;
  for (let waiting = 0; waiting < count; waiting++) {
    total += inSystem[waiting + 1] ?? 0;
    atMost[waiting] = total;
  }
  return atMost;
}

/** Chances of n or more events of a Poisson law, n = 0 … count − 1, added from the far end. */
function poissonTails(mean: number, count: number): Float64Array {
  const length = Math.max(count, 64);
  const chances = new Float64Array(length);
  let chance = Math.exp(-mean);
  for (let events = 0; events < length; events++) {
    chances[events] = chance;
    chance *= mean / (events + 1);
  }
  for (let events = length - 2; events >= 0; events--) {
    chances[events] = (chances[events] ?? 0) + (chances[events + 1] ?? 0);
  }
  return chances;
}

/** Two exponential laws, mixed; `scv` > 1, each carrying half of the work ("balanced means"). */
export type Hyperexponential = SingleServer & { readonly scv: number };

/**
 * The share of requests of an M/H₂/1 queue that wait longer than `time`.
 *
 * Source: the two poles of the Pollaczek–Khinchine transform, which is rational here.
 */
function mh21WaitExceeds({ rate, serviceTime, scv }: Hyperexponential, time: number): number {
  invariant(rate * serviceTime < 1, "the server keeps up with the load");
  invariant(scv > 1, "a hyperexponential law varies more than an exponential one");
  const first = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
  const second = 1 - first;
  const firstRate = (2 * first) / serviceTime;
  const secondRate = (2 * second) / serviceTime;
  const middle = firstRate + secondRate - rate;
  const product = firstRate * secondRate - rate * (first * secondRate + second * firstRate);
  const root = Math.sqrt(middle * middle - 4 * product);
  const idle = 1 - rate * serviceTime;
  const term = (pole: number, other: number) =>
    (((idle * (firstRate - pole) * (secondRate - pole)) / (other - pole)) * Math.exp(-pole * time)) / pole;
  const slow = (middle - root) / 2;
  const fast = (middle + root) / 2;
  return term(slow, fast) + term(fast, slow);
}

/** The wait that a share `quantile` of requests of an M/H₂/1 queue stays within. */
export function mh21WaitQuantile(queue: Hyperexponential, quantile: number): number {
  return decreasingCrossing((time) => mh21WaitExceeds(queue, time), 1 - quantile, queue.serviceTime);
}

/**
 * Mean wait of D/M/1: evenly spaced arrivals, exponential service.
 *
 * Source: G/M/1 (Kleinrock I, 6.4): Wq = σS/(1 − σ) with σ = e^(−(1 − σ)/ρ), solved by Newton's method.
 */
export function dm1MeanWait({ rate, serviceTime }: SingleServer): number {
  const utilisation = rate * serviceTime;
  invariant(utilisation > 0 && utilisation < 1, "the server keeps up with the load");
  let sigma = utilisation * utilisation;
  for (let step = 0; step < 200; step++) {
    const value = Math.exp(-(1 - sigma) / utilisation);
    const next = sigma - (sigma - value) / (1 - value / utilisation);
    if (Math.abs(next - sigma) < 1e-16) break;
    sigma = Math.min(Math.max(next, 0), 1 - 1e-16);
  }
  return (sigma * serviceTime) / (1 - sigma);
}
