import { invariant } from "../../base/invariant.ts";

/** Where a request is worked on: with a queue before `servers` servers, or a delay without any queue. */
export type Station = {
  readonly name: string;
  /** Work of one request over all its visits. */
  readonly demand: number;
  readonly kind: "queue" | "delay";
  readonly servers?: number;
};

export type ClosedNetwork = {
  readonly stations: readonly Station[];
  readonly thinkTime: number;
  readonly population: number;
};

export type ClosedNetworkAnswer = {
  readonly throughput: number;
  readonly response: number;
  /** In the order of the stations. */
  readonly queueLengths: readonly number[];
  readonly utilisations: readonly number[];
};

/** Beyond this many users the approximation is as good and far quicker. */
export const mostExactUsers = 100_000;

/**
 * Exact mean-value analysis of one class of closed users.
 *
 * Source: M. Reiser and S. S. Lavenberg (1980): R_k(n) = D_k(1 + Q_k(n−1)), X = n/(Z + ΣR_k), Q_k = X·R_k.
 * A station of c servers is taken as a queue of demand D/c and a delay of D(c − 1)/c (A. Seidmann et al., 1987).
 */
export function mvaExact(network: ClosedNetwork): ClosedNetworkAnswer {
  const { population, thinkTime } = network;
  invariant(population >= 1 && population <= mostExactUsers, `1 to ${mostExactUsers} users`);
  const { queues, delay } = seidmann(network.stations);
  const lengths = new Float64Array(queues.length);
  let throughput = 0;
  for (let users = 1; users <= population; users++) {
    let response = delay;
    for (const [index, demand] of queues.entries()) response += demand * (1 + (lengths[index] ?? 0));
    throughput = users / (thinkTime + response);
    for (const [index, demand] of queues.entries()) {
      lengths[index] = throughput * demand * (1 + (lengths[index] ?? 0));
    }
  }
  return answer(network, throughput, lengths);
}

/**
 * Approximate mean-value analysis for any number of users, usually within a few per cent.
 *
 * Source: P. Schweitzer (1979) and Y. Bard (1979): Q_k(n−1) ≈ Q_k(n)·(n − 1)/n, by iteration.
 */
export function mvaApproximate(network: ClosedNetwork): ClosedNetworkAnswer {
  const { population, thinkTime } = network;
  const { queues, delay } = seidmann(network.stations);
  let lengths = Float64Array.from(queues, () => population / Math.max(1, queues.length));
  let throughput = 0;
  for (let round = 0; round < 100_000; round++) {
    const responses = queues.map(
      (demand, index) => demand * (1 + ((lengths[index] ?? 0) * (population - 1)) / population),
    );
    throughput = population / (thinkTime + delay + responses.reduce((sum, each) => sum + each, 0));
    const next = Float64Array.from(responses, (response) => throughput * response);
    const moved = next.reduce(
      (most, length, index) => Math.max(most, Math.abs(length - (lengths[index] ?? 0))),
      0,
    );
    lengths = next;
    if (moved < 1e-10 * population) break;
  }
  return answer(network, throughput, lengths);
}

/**
 * What no closed network of these demands can exceed.
 *
 * Source: asymptotic bounds (Denning and Buzen, 1978): X ≤ min(N/(ΣD + Z), 1/D_max).
 */
export function mvaBounds({ stations, thinkTime, population }: ClosedNetwork): {
  readonly throughput: number;
  readonly response: number;
} {
  const total = stations.reduce((sum, station) => sum + station.demand, 0);
  const largest = Math.max(
    ...stations.map(({ demand, kind, servers }) => (kind === "delay" ? 0 : demand / (servers ?? 1))),
  );
  const throughput = Math.min(population / (total + thinkTime), largest > 0 ? 1 / largest : Number.MAX_VALUE);
  return { throughput, response: Math.max(total, population * largest - thinkTime) };
}

function seidmann(stations: readonly Station[]) {
  let delay = 0;
  const queues: number[] = [];
  for (const { demand, kind, servers = 1 } of stations) {
    invariant(demand >= 0 && servers >= 1, "demands ≥ 0, servers ≥ 1");
    delay += kind === "delay" ? demand : (demand * (servers - 1)) / servers;
    if (kind === "queue") queues.push(demand / servers);
  }
  return { queues, delay };
}

function answer(
  { stations, thinkTime, population }: ClosedNetwork,
  throughput: number,
  lengths: Float64Array,
): ClosedNetworkAnswer {
  let queue = 0;
  const queueLengths = stations.map(({ demand, kind, servers = 1 }) =>
    kind === "delay"
      ? throughput * demand
      : (lengths[queue++] ?? 0) + (throughput * demand * (servers - 1)) / servers,
  );
  return {
    throughput,
    response: population / throughput - thinkTime,
    queueLengths,
    utilisations: stations.map(({ demand, kind, servers = 1 }) =>
      kind === "delay" ? 0 : (throughput * demand) / servers,
    ),
  };
}
