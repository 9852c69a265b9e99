import { warmHitRatio } from "../cache-tier.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { DatabaseTier, StoreLoad } from "../data-tier.ts";
import type { ModelInputs } from "../inputs.ts";
import { allCopiesShare } from "../load.ts";
import { everything } from "../server-tier.ts";
import { type Explained, type Quantity, quantity } from "./explained.ts";

/** What reaches the database, and how many shards and replicas that takes. */
export function explainStores(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const { database } = inputs;
  const { stores } = point;
  if (database === undefined || stores === undefined) return [];
  const { ratePerSecond } = everything(inputs, point.load);
  const rate = quantity("rate", ratePerSecond, "requests/s");
  const plainWrites = ratePerSecond * database.writesPerRequest;
  const copiedWrites = plainWrites === 0 ? 0 : stores.writes / plainWrites - 1;
  return [
    {
      name: "reads that reach the database",
      formula: "rate × readsPerRequest × (1 + copiesShare) × (1 − hitRatio)",
      inputs: [
        rate,
        quantity("readsPerRequest", database.readsPerRequest, "reads"),
        quantity("copiesShare", allCopiesShare(inputs)),
        quantity("hitRatio", warmHitRatio(inputs)),
      ],
      result: readsOf(stores),
      source: "definition",
      assumption: "The hit ratio is that of warm caches; a cold one sends every read on.",
    },
    {
      name: "writes",
      formula: "rate × writesPerRequest × (1 + copiedWrites)",
      inputs: [
        rate,
        quantity("writesPerRequest", database.writesPerRequest, "writes"),
        quantity("copiedWrites", copiedWrites),
      ],
      result: writesOf(stores),
      source: "definition",
    },
    ...explainNodes(inputs, stores, point.database),
  ];
}

function readsOf({ reads }: StoreLoad): Quantity {
  return quantity("reads", reads, "reads/s");
}

function writesOf({ writes }: StoreLoad): Quantity {
  return quantity("writes", writes, "writes/s");
}

/** Nothing where no limit is stated, and nothing where one primary is enough. */
function explainNodes(
  { database, capacity }: ModelInputs,
  stores: StoreLoad,
  tier: DatabaseTier | undefined,
): readonly Explained[] {
  if (tier === undefined || database?.limitPerSecond === undefined) return [];
  const limit = quantity("limitQps", database.limitPerSecond, "queries/s");
  if (stores.reads + stores.writes <= limit.value) return [];
  const [reads, writes] = [readsOf(stores), writesOf(stores)];
  const shards: Explained = {
    name: "shards",
    formula: "max(1, ceil((writes + reads ÷ maxReplicas) ÷ limitQps))",
    inputs: [writes, reads, quantity("maxReplicas", capacity.database.maxReplicas, "replicas"), limit],
    result: quantity("shards", tier.shards, "shards"),
    source: "docs/model.md: a replica repeats every write of its primary",
  };
  if (tier.replicasPerShard === 0) return [shards];
  const replicas: Explained = {
    name: "replicas of each shard",
    formula: "ceil(reads ÷ shards ÷ (limitQps − writes ÷ shards))",
    inputs: [reads, shards.result, limit, writes],
    result: quantity("replicas", tier.replicasPerShard, "replicas"),
    source: "docs/model.md: the replicas answer all reads, the primary all writes",
  };
  return [shards, replicas];
}
