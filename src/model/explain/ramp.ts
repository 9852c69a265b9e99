import { versionHitRatio } from "../cache-tier.ts";
import type { ModelInputs } from "../inputs.ts";
import { systemLoad } from "../load.ts";
import type { Ramp, RampStep } from "../ramp.ts";
import { everything } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** The database at each step of a ramp while a cache of new's own is cold; nothing without a cache. */
export function explainRamp(inputs: ModelInputs, ramp: Ramp): readonly Explained[] {
  const { database, cache } = inputs;
  if (database === undefined || cache === undefined) return [];
  return ramp.steps.flatMap((step) => explainStep(inputs, ramp.users, step));
}

function explainStep(inputs: ModelInputs, users: number, step: RampStep): readonly Explained[] {
  const { databaseReadsColdCache: reads, databaseWrites: writes, newShare, mirrorShare } = step;
  if (reads === undefined || writes === undefined) return [];
  const { ratePerSecond } = everything(inputs, systemLoad(inputs, users));
  const at = `with new at ${Number((newShare * 100).toPrecision(4))} %`;
  const split = {
    ...inputs.split,
    newShare,
    mirrorTo: mirrorShare > 0 ? ("new" as const) : undefined,
    mirrorShare: mirrorShare * inputs.split.copyableShare,
  };
  const oldHits = versionHitRatio({ ...inputs, split }, "old");
  const cold = quantity("coldReads", reads, "reads/s");
  return [
    {
      name: `database reads ${at}, its cache cold`,
      formula:
        "rate × readsPerRequest × ((1 − newShare) × (1 − oldHitRatio) + newShare + copiedShare × (1 − newShare))",
      inputs: [
        quantity("rate", ratePerSecond, "requests/s"),
        quantity("readsPerRequest", inputs.database?.readsPerRequest ?? 0, "reads"),
        quantity("newShare", newShare),
        quantity("oldHitRatio", oldHits),
        quantity("copiedShare", split.mirrorShare),
      ],
      result: cold,
      source: "definition",
      assumption: "New has a cache of its own, which is empty: every read of new reaches the database.",
    },
    ...explainFullness(inputs, step, cold),
  ];
}

function explainFullness(
  { database, capacity }: ModelInputs,
  { databaseFullnessColdCache: full, databaseWrites: writes }: RampStep,
  cold: Explained["result"],
): readonly Explained[] {
  if (full === undefined || database?.limitPerSecond === undefined || writes === undefined) return [];
  return [
    {
      name: "how full that makes the database",
      formula: "(coldReads ÷ max(1, replicas) + writes) ÷ limitQps",
      inputs: [
        cold,
        quantity("replicas", capacity.database.replicas, "replicas"),
        quantity("writes", writes, "writes/s"),
        quantity("limitQps", database.limitPerSecond, "queries/s"),
      ],
      result: quantity("full", full),
      source: "utilisation law; 1 is full",
    },
  ];
}
