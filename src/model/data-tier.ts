import { warmHitRatio } from "./cache-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { allCopiesShare, answeredShare } from "./load.ts";
import { wholeServers } from "./server-tier.ts";

/** Queries per second at the peak, by what becomes of them. */
export type StoreLoad = {
  readonly cacheLookups: number;
  /** Reads that the cache did not answer. */
  readonly reads: number;
  readonly writes: number;
};

export type DatabaseTier = {
  readonly shards: number;
  readonly replicasPerShard: number;
  /** Primaries and replicas, of both databases where old and new have one each. */
  readonly nodes: number;
};

/**
 * What reaches the stores when `ratePerSecond` requests are answered, copies included.
 *
 * Copies read as much as their originals; they write only where their method is copied and writes.
 */
export function storeLoad(inputs: ModelInputs, ratePerSecond: number): StoreLoad | undefined {
  const { database, split } = inputs;
  if (database === undefined) return undefined;
  const reads = ratePerSecond * database.readsPerRequest * (1 + allCopiesShare(inputs));
  const copiedWrites =
    split.mirrorTo === undefined ? 0 : (1 - answeredShare(inputs, split.mirrorTo)) * split.mirroredWriteShare;
  return {
    cacheLookups: inputs.cache === undefined ? 0 : reads,
    reads: reads * (1 - warmHitRatio(inputs)),
    writes: ratePerSecond * database.writesPerRequest * (1 + copiedWrites),
  };
}

/**
 * The fewest shards and replicas that keep every node within its queries per second.
 *
 * A replica repeats every write of its primary, so it has Q − w left for reads: r replicas of each of s shards
 * need (reads / s) ≤ r·(Q − writes / s). With r at most R this holds for s ≥ (writes + reads / R) / Q.
 *
 * @returns undefined where the scenario states no limit
 *
 * Source: docs/model.md, section on databases; a replica replays writes at the cost of a write.
 */
export function sizeDatabase(inputs: ModelInputs, load: StoreLoad): DatabaseTier | undefined {
  const { database, capacity } = inputs;
  const limit = database?.limitPerSecond;
  if (database === undefined || limit === undefined) return undefined;
  const copies = database.topology === "separate" ? 2 : 1;
  const { reads, writes } = load;
  if (reads + writes <= limit) return { shards: 1, replicasPerShard: 0, nodes: copies };
  const shards = Math.max(1, wholeServers((writes + reads / capacity.database.maxReplicas) / limit));
  const shardReads = reads / shards;
  const shardWrites = writes / shards;
  const replicasPerShard =
    shardReads + shardWrites <= limit ? 0 : wholeServers(shardReads / (limit - shardWrites));
  return { shards, replicasPerShard, nodes: copies * shards * (1 + replicasPerShard) };
}

/** Queries per second, reads and writes together. */
export function queriesOf({ reads, writes }: Pick<StoreLoad, "reads" | "writes">): number {
  return reads + writes;
}

/**
 * How full the fullest node of the database is, with one primary and the replicas that exist already.
 *
 * @returns undefined where the scenario states no limit
 */
export function databaseFullness(
  { database, capacity }: ModelInputs,
  { reads, writes }: Pick<StoreLoad, "reads" | "writes">,
): number | undefined {
  const limit = database?.limitPerSecond;
  if (limit === undefined) return undefined;
  const { replicas } = capacity.database;
  return (replicas === 0 ? reads + writes : reads / replicas + writes) / limit;
}
