import { invariant } from "../../base/invariant.ts";

/** `population` users who wait for their answer, then think; `servers` servers. Any one unit of time. */
export type FinitePopulation = {
  readonly population: number;
  readonly thinkTime: number;
  readonly serviceTime: number;
  readonly servers: number;
};

export type ClosedAnswer = {
  readonly throughput: number;
  readonly utilisation: number;
  readonly meanInSystem: number;
  readonly meanResponse: number;
  readonly meanWait: number;
};

/** A chance e⁻⁴⁵ below the likeliest state's no longer moves a double. */
const negligible = Math.exp(-45);

/**
 * M/M/c//N, the machine repairman, exact for up to 10⁸ users: only the states near the likeliest one are
 * summed, outwards from it.
 *
 * Source: birth–death equations (Kleinrock, Queueing Systems I, section 3.8); response by Little's law.
 */
export function finitePopulation(queue: FinitePopulation): ClosedAnswer {
  const { population, thinkTime, serviceTime, servers } = queue;
  invariant(population >= 1 && servers >= 1 && serviceTime > 0 && thinkTime >= 0, "a closed queue");
  /** p(k+1) / p(k). */
  const growth = (count: number) =>
    (((population - count) / thinkTime) * serviceTime) / Math.min(count + 1, servers);
  const mode = likeliest(population, growth);
  const sums = { weight: 0, inSystem: 0, busy: 0 };
  const add = (count: number, weight: number) => {
    sums.weight += weight;
    sums.inSystem += count * weight;
    sums.busy += Math.min(count, servers) * weight;
  };
  add(mode, 1);
  let weight = 1;
  for (let count = mode; count < population && weight > negligible; count++) {
    weight *= growth(count);
    add(count + 1, weight);
  }
  weight = 1;
  for (let count = mode; count > 0 && weight > negligible; count--) {
    weight /= growth(count - 1);
    add(count - 1, weight);
  }
  const throughput = sums.busy / sums.weight / serviceTime;
  const meanInSystem = sums.inSystem / sums.weight;
  const meanResponse = meanInSystem / throughput;
  return {
    throughput,
    utilisation: (throughput * serviceTime) / servers,
    meanInSystem,
    meanResponse,
    meanWait: Math.max(0, meanResponse - serviceTime),
  };
}

/** The first state from which the chances fall; `growth` falls as the state grows. */
function likeliest(population: number, growth: (count: number) => number): number {
  let low = 0;
  let high = population;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (growth(middle) > 1) low = middle + 1;
    else high = middle;
  }
  return low;
}
