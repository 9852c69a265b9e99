import { median, p99, pacedLoad } from "./paced-load.ts";
import type { Peer } from "./peers.ts";

const rounds = 7;
const seconds = 3;
const connections = 64;

export type HalfLoad = {
  readonly ratePerSecond: number;
  readonly p99Ms: Readonly<Record<string, number>>;
  readonly failed: number;
};

/** The p99, in ms from the moment each request was due, of peers at the same rate, taken in turn. */
export async function halfLoad(peers: readonly Peer[], ratePerSecond: number): Promise<HalfLoad> {
  const all = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  let failed = 0;
  for (let round = -1; round < rounds; round++) {
    for (const { name, port } of peers) {
      const result = await pacedLoad({ port, ratePerSecond, seconds, connections });
      failed += result.failures;
      if (round >= 0) all.get(name)?.push(p99(result));
    }
  }
  return { ratePerSecond, p99Ms: Object.fromEntries([...all].map(([name, p]) => [name, median(p)])), failed };
}
