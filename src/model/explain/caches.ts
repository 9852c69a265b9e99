import { versions } from "../../base/version.ts";
import { dependsOnSplit, requestsPerLife, versionHitRatio } from "../cache-tier.ts";
import type { ModelInputs } from "../inputs.ts";
import { workShare } from "../load.ts";
import { type Explained, quantity } from "./explained.ts";

/** Where a hit ratio comes from, if not from the scenario itself. */
export function explainCaches(inputs: ModelInputs): readonly Explained[] {
  return [...explainLru(inputs), ...explainTimeToLive(inputs)];
}

function explainLru({ capacity, cache }: ModelInputs): readonly Explained[] {
  const { popularity } = capacity.cache;
  if (popularity === undefined || cache === undefined) return [];
  return [
    {
      name: "hit ratio of the cache",
      formula: "Σ q·(1 − e^(−q·t)) with t so that Σ (1 − e^(−q·t)) = itemsHeld",
      inputs: [
        quantity("items", popularity.items),
        quantity("itemsHeld", popularity.itemsHeld),
        quantity("zipf", popularity.zipfExponent),
      ],
      result: quantity("hitRatio", cache.hitRatio),
      source: "H. Che, Y. Tung and Z. Wang (2002); stores.cache.hitRatio is not used",
      assumption:
        "Least recently used goes first. A split doesn't change it, nor does a cache for each version.",
      isRule: true,
    },
  ];
}

function explainTimeToLive(inputs: ModelInputs): readonly Explained[] {
  const { cache } = inputs;
  if (cache === undefined || !dependsOnSplit(inputs)) return [];
  const perLife = quantity("requestsPerLife", requestsPerLife(cache.hitRatio), "requests");
  return [
    {
      name: "requests for a thing while it lives in one cache for both",
      formula: "hitRatio ÷ (1 − hitRatio)",
      inputs: [quantity("hitRatio", cache.hitRatio)],
      result: perLife,
      source: "renewal argument: h = λT ÷ (1 + λT)",
      assumption: "All things are asked for alike.",
    },
    ...versions.map(
      (version): Explained => ({
        name: `hit ratio of ${version}'s own cache`,
        formula: "requestsPerLife × share ÷ (1 + requestsPerLife × share)",
        inputs: [perLife, quantity("share", workShare(inputs, version))],
        result: quantity("hitRatio", versionHitRatio(inputs, version)),
        source: "the same, with the version's own requests and copies",
      }),
    ),
  ];
}
