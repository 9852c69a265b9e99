import { invariant } from "../base/invariant.ts";

/** Requests that queue for equal servers: `utilisation` is the share of them that is busy, 0 ≤ ρ < 1. */
export type Queue = { readonly servers: number; readonly utilisation: number };

/** Beyond this many means of the queue's length, its probability is nothing. */
const tailLengths = 40;

/**
 * By how many times the variance of a mean response time exceeds that of as many independent requests, over a long
 * time, in an M/M/c queue: ((1 + ρ)/(1 − ρ))² for a single server, 1 where nobody ever waits.
 *
 * The number in the system is a birth–death process whose asymptotic variance is known; Little's law carries it over
 * to response times, with the covariance of arrivals from the derivative of the mean number by the rate. Times are
 * in mean service times.
 *
 * Source: Whitt, Asymptotic Formulas for Markov Processes with Applications to Simulation (Operations Research 40,
 * 1992); Glynn and Whitt, A Central-Limit-Theorem Version of L = λW (Queueing Systems 1, 1986).
 */
export function queueDesignEffect(queue: Queue): number {
  const { servers, utilisation } = queue;
  invariant(utilisation >= 0 && utilisation < 1, "a queue that ends");
  if (utilisation === 0) return 1;
  const arrivalRate = servers * utilisation;
  const chances = numberInSystem(queue);
  const mean = meanOf(chances);
  const response = mean / arrivalRate;
  const step = utilisation * 1e-4;
  const slope =
    (meanOf(numberInSystem({ servers, utilisation: utilisation + step * (1 - utilisation) })) -
      meanOf(numberInSystem({ servers, utilisation: utilisation - step * (1 - utilisation) }))) /
    (2 * step * (1 - utilisation) * servers);
  const ofNumber = asymptoticVariance(chances, arrivalRate);
  const withArrivals = arrivalRate * slope - mean;
  const ofResponses = (ofNumber - response ** 2 * arrivalRate - 2 * response * withArrivals) / arrivalRate;
  return Math.max(1, ofResponses / responseVariance(queue, chances));
}

/** Stationary probabilities of 0, 1, 2, … requests in the system. */
function numberInSystem({ servers, utilisation }: Queue): readonly number[] {
  const arrivalRate = servers * utilisation;
  const states = servers + Math.ceil(tailLengths / (1 - utilisation));
  // In logarithms: with many servers the weights are beyond a double.
  const logs = [0];
  for (let state = 1; state <= states; state++)
    logs.push((logs[state - 1] ?? 0) + Math.log(arrivalRate / Math.min(state, servers)));
  const highest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function meanOf(chances: readonly number[]): number {
  return chances.reduce((sum, chance, state) => sum + state * chance, 0);
}

/** 2 Σ (Σ up to j of (i − mean) πᵢ)² / (λ πⱼ) over the states j; the inner sum from its nearer end, for its terms then have one sign. */
function asymptoticVariance(chances: readonly number[], arrivalRate: number): number {
  const mean = meanOf(chances);
  const middle = Math.floor(mean) + 1;
  const term = (inner: number, chance: number) => {
    // A chance too small for its product is one whose square is nothing.
    const flow = arrivalRate * chance;
    return flow > 0 ? inner ** 2 / flow : 0;
  };
  let [sum, inner] = [0, 0];
  for (const [state, chance] of chances.slice(0, middle).entries()) {
    inner += (mean - state) * chance;
    sum += term(inner, chance);
  }
  inner = 0;
  for (let state = chances.length - 1; state >= middle; state--) {
    const chance = chances[state] ?? 0;
    sum += term(inner, chance);
    inner += (state - mean) * chance;
  }
  return 2 * sum;
}

/** Of one request: its service, and its wait, which is exponential where there is one. */
function responseVariance({ servers, utilisation }: Queue, chances: readonly number[]): number {
  const waits = chances.slice(servers).reduce((sum, chance) => sum + chance, 0);
  const meanWait = 1 / (servers * (1 - utilisation));
  return 1 + waits * (2 - waits) * meanWait ** 2;
}
