import { warmHitRatio } from "../cache-tier.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import { allCopiesShare } from "../load.ts";
import { everything } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** What reaches the database, and how many shards and replicas that takes. */
export function explainStores(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const { database, capacity } = inputs;
  const { stores } = point;
  if (database === undefined || stores === undefined) return [];
  const rate = quantity("rate", everything(inputs, point.load).ratePerSecond, "requests/s");
  const copies = quantity("copiesShare", allCopiesShare(inputs));
  const plain = rate.value * database.writesPerRequest;
  const copiedWrites = quantity("copiedWrites", plain === 0 ? 0 : stores.writes / plain - 1);
  const reads = quantity("reads", stores.reads, "reads/s");
  const writes = quantity("writes", stores.writes, "writes/s");
  const steps: Explained[] = [
    {
      name: "reads that reach the database",
      formula: "rate × readsPerRequest × (1 + copiesShare) × (1 − hitRatio)",
      inputs: [
        rate,
        quantity("readsPerRequest", database.readsPerRequest, "reads"),
        copies,
        quantity("hitRatio", warmHitRatio(inputs)),
      ],
      result: reads,
      source: "definition",
      assumption: "The hit ratio is that of warm caches; a cold one sends every read on.",
    },
    {
      name: "writes",
      formula: "rate × writesPerRequest × (1 + copiedWrites)",
      inputs: [rate, quantity("writesPerRequest", database.writesPerRequest, "writes"), copiedWrites],
      result: writes,
      source: "definition",
    },
  ];
  if (point.database === undefined || database.limitPerSecond === undefined) return steps;
  const limit = quantity("limitQps", database.limitPerSecond, "queries/s");
  const { shards, replicasPerShard } = point.database;
  const isOneEnough = stores.reads + stores.writes <= limit.value;
  if (isOneEnough) return steps;
  steps.push({
    name: "shards",
    formula: "max(1, ceil((writes + reads ÷ maxReplicas) ÷ limitQps))",
    inputs: [writes, reads, quantity("maxReplicas", capacity.database.maxReplicas, "replicas"), limit],
    result: quantity("shards", shards, "shards"),
    source: "docs/model.md: a replica repeats every write of its primary",
  });
  if (replicasPerShard === 0) return steps;
  steps.push({
    name: "replicas of each shard",
    formula: "ceil(reads ÷ shards ÷ (limitQps − writes ÷ shards))",
    inputs: [reads, quantity("shards", shards, "shards"), limit, writes],
    result: quantity("replicas", replicasPerShard, "replicas"),
    source: "docs/model.md: the replicas answer all reads, the primary all writes",
  });
  return steps;
}
