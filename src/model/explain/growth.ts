import type { GrowthEntry } from "../growth.ts";
import type { ModelInputs } from "../inputs.ts";
import { explainCaches } from "./caches.ts";
import { explainCopies } from "./copies.ts";
import { explainEdges } from "./edges.ts";
import { type Explained, quantity } from "./explained.ts";
import { explainRates } from "./rates.ts";
import { explainRetries } from "./retries.ts";
import { explainServers } from "./servers.ts";
import { explainStores } from "./stores.ts";

/** Every figure of a growth row, in the order in which a person would work it out. */
export function explainGrowth(inputs: ModelInputs, entry: GrowthEntry): readonly Explained[] {
  return [
    ...explainRates(inputs, entry.point),
    ...explainRetries(inputs, entry.point),
    ...explainServers(inputs, entry.point),
    ...explainEdges(inputs, entry.point),
    ...explainCaches(inputs),
    ...explainStores(inputs, entry.point),
    ...explainCopies(inputs, entry.point),
    ...explainFirstBottleneck(entry),
  ];
}

function explainFirstBottleneck({ users, bottlenecks }: GrowthEntry): readonly Explained[] {
  const first = bottlenecks[0];
  if (first === undefined) return [];
  return [
    {
      name: `first bottleneck: ${first.resource}`,
      formula: "users ÷ utilisation",
      inputs: [quantity("users", users, "users"), quantity("utilisation", first.utilisation)],
      result: quantity("fullAtUsers", first.fullAtUsers, "users"),
      source: "utilisation law (Lazowska et al., chapter 5): the fullest resource is full first",
      assumption: `All demands grow in proportion to the users. Here ${first.reason}.`,
    },
  ];
}
