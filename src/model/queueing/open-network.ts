import { invariant } from "../../base/invariant.ts";
import { mmc } from "./mmc.ts";

/** A station of an open network: `visits` of each request, each `serviceTime` long, at `servers` servers. */
export type OpenStation = {
  readonly name: string;
  readonly visits: number;
  readonly serviceTime: number;
  readonly servers: number;
};

export type OpenStationAnswer = {
  readonly name: string;
  readonly throughput: number;
  readonly utilisation: number;
  readonly meanInSystem: number;
  /** Over all visits of a request. */
  readonly residence: number;
};

/**
 * Stations in a network with Poisson arrivals from outside: each is an M/M/c by itself.
 *
 * @returns the stations, and the response time over all of them
 *
 * Source: J. R. Jackson (1957); Lazowska et al., Quantitative System Performance, chapter 6.
 */
export function openNetwork(
  rate: number,
  stations: readonly OpenStation[],
): { readonly stations: readonly OpenStationAnswer[]; readonly response: number } {
  const answers = stations.map(({ name, visits, serviceTime, servers }) => {
    const throughput = rate * visits;
    invariant(throughput * serviceTime < servers, `station ${name} keeps up with the load`);
    const queue = mmc({ rate: throughput, serviceTime, servers });
    return {
      name,
      throughput,
      utilisation: queue.utilisation,
      meanInSystem: queue.meanInSystem,
      residence: visits * queue.meanResponse,
    };
  });
  return { stations: answers, response: answers.reduce((sum, { residence }) => sum + residence, 0) };
}

/**
 * Variability of a share `probability` of a stream, dealt at random.
 *
 * Source: W. Whitt, "The queueing network analyzer" (1983), section 4.4: p·c² + 1 − p.
 */
export function splitScv(scv: number, probability: number): number {
  return probability * scv + 1 - probability;
}

/**
 * Variability of what leaves a station.
 *
 * Source: Whitt (1983), section 4.3: 1 + (1 − ρ²)(ca² − 1) + ρ²/√c·(cs² − 1).
 */
export function departureScv(station: {
  readonly utilisation: number;
  readonly servers: number;
  readonly arrivalScv: number;
  readonly scv: number;
}): number {
  const busy = station.utilisation ** 2;
  return 1 + (1 - busy) * (station.arrivalScv - 1) + (busy / Math.sqrt(station.servers)) * (station.scv - 1);
}
