import { invariant } from "../../base/invariant.ts";
import type { Mmc } from "./mmc.ts";

/** At most `capacity` requests in the system, those in service included; further ones are turned away. */
export type Mmck = Mmc & { readonly capacity: number };

export type LossQueueAnswer = {
  readonly blocking: number;
  readonly emptyProbability: number;
  /** Requests that are let in, per unit of time. */
  readonly throughput: number;
  readonly utilisation: number;
  readonly meanInSystem: number;
  readonly meanQueueLength: number;
  /** Of the requests that are let in. */
  readonly meanResponse: number;
  readonly meanWait: number;
};

/**
 * M/M/c/K. It has an answer at every load: what is too much is turned away.
 *
 * Source: Kleinrock, Queueing Systems I, section 3.6; probabilities relative to the likeliest state, so that
 * nothing overflows.
 */
export function mmck({ rate, serviceTime, servers, capacity }: Mmck): LossQueueAnswer {
  invariant(capacity >= servers && servers >= 1, "capacity ≥ servers ≥ 1");
  const erlangs = rate * serviceTime;
  const weights = new Float64Array(capacity + 1);
  let log = 0;
  let largest = 0;
  for (let count = 1; count <= capacity; count++) {
    log += Math.log(erlangs / Math.min(count, servers));
    weights[count] = log;
    largest = Math.max(largest, log);
  }
  let sum = 0;
  let inSystem = 0;
  let waiting = 0;
  for (let count = 0; count <= capacity; count++) {
    const weight = Math.exp((weights[count] ?? 0) - largest);
    sum += weight;
    inSystem += count * weight;
    waiting += Math.max(0, count - servers) * weight;
  }
  const blocking = Math.exp((weights[capacity] ?? 0) - largest) / sum;
  const throughput = rate * (1 - blocking);
  const meanInSystem = inSystem / sum;
  const meanQueueLength = waiting / sum;
  return {
    blocking,
    emptyProbability: Math.exp(-largest) / sum,
    throughput,
    utilisation: (throughput * serviceTime) / servers,
    meanInSystem,
    meanQueueLength,
    meanResponse: throughput === 0 ? serviceTime : meanInSystem / throughput,
    meanWait: throughput === 0 ? 0 : meanQueueLength / throughput,
  };
}
