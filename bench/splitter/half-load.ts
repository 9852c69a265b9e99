import { keepOnCore, proxyCore } from "./cores.ts";
import type { Peer } from "./peers.ts";
import { median, type SteadyResult, steadyLoad } from "./steady-load.ts";

const rounds = 7;
const seconds = 3;
const connections = 64;

export type HalfLoad = {
  readonly ratePerSecond: number;
  readonly p50Ms: Readonly<Record<string, number>>;
  readonly p99Ms: Readonly<Record<string, number>>;
  /** Of every round, in turn. */
  readonly p99MsOfRounds: Readonly<Record<string, readonly number[]>>;
  readonly failed: number;
};

/** The percentiles, in ms, of peers at the same rate: the medians of several rounds, taken in turn. */
export async function halfLoad(
  peers: readonly Peer[],
  ratePerSecond: number,
  directory: string,
): Promise<HalfLoad> {
  for (const { pid } of peers) keepOnCore(pid, proxyCore);
  const all = new Map<string, SteadyResult[]>(peers.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, port } of peers) {
      const result = await steadyLoad({ port, ratePerSecond, seconds, connections, directory });
      if (round >= 0) all.get(name)?.push(result);
    }
  }
  const ofAll = <Value>(pick: (results: readonly SteadyResult[]) => Value) =>
    Object.fromEntries([...all].map(([name, results]) => [name, pick(results)]));
  return {
    ratePerSecond,
    p50Ms: ofAll((results) => median(results.map(({ p50Ms }) => p50Ms))),
    p99Ms: ofAll((results) => median(results.map(({ p99Ms }) => p99Ms))),
    p99MsOfRounds: ofAll((results) => results.map(({ p99Ms }) => p99Ms)),
    failed: [...all.values()].flat().reduce((sum, { failed }) => sum + failed, 0),
  };
}
