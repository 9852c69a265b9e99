import type { CapacityPoint } from "../capacity-point.ts";
import { copiesInFlight } from "../copies-in-flight.ts";
import type { ModelInputs } from "../inputs.ts";
import { type PairedQueries, pairedQueries } from "../paired-queries.ts";
import { everything } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** What copies do to a shared database, and how many are under way; nothing without copies. */
export function explainCopies(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const pairs = pairedQueries(inputs, everything(inputs, point.load).ratePerSecond);
  return [...(pairs === undefined ? [] : explainPairs(inputs, pairs)), ...explainInFlight(inputs, point)];
}

function explainPairs(inputs: ModelInputs, pairs: PairedQueries): readonly Explained[] {
  const factor = quantity("pairFactor", pairs.factor);
  const queries = quantity("queries", pairs.perSecond, "queries/s");
  const limit = quantity("limitQps", pairs.limitPerSecond, "queries/s");
  const steps: Explained[] = [
    {
      name: "crowd of pairs in the shared database",
      formula: "(1 + 2 × copiedShare) ÷ (1 + copiedShare)",
      inputs: [quantity("copiedShare", pairs.copiedShare)],
      result: factor,
      source: "batches of two, M^[2]/M/1 (Kleinrock I, 4.7)",
      assumption:
        "A request and its copy ask at the same moment, until the network spreads them; one database, its queries of exponential length.",
    },
  ];
  if (pairs.pairedMs === undefined) return steps;
  steps.push({
    name: "time of a query with copies",
    formula: "pairFactor × 1000 ÷ (limitQps − queries)",
    inputs: [factor, limit, queries],
    result: quantity("queryTime", pairs.pairedMs, "ms"),
    source: "M^[2]/M/1 and Little's law",
  });
  return [...steps, ...explainSameTime(inputs, pairs)];
}

function explainSameTime({ price }: ModelInputs, pairs: PairedQueries): readonly Explained[] {
  const { sameTimePerSecond, pricePerHour } = pairs;
  if (sameTimePerSecond === undefined) return [];
  const limit = quantity("limitQps", pairs.limitPerSecond, "queries/s");
  const wanted = quantity("sameTimeQps", sameTimePerSecond, "queries/s");
  const steps: Explained[] = [
    {
      name: "database that is as quick with copies as this one without",
      formula: "queries + pairFactor × (limitQps − plainQueries)",
      inputs: [
        quantity("queries", pairs.perSecond, "queries/s"),
        quantity("pairFactor", pairs.factor),
        limit,
        quantity("plainQueries", pairs.plainPerSecond, "queries/s"),
      ],
      result: wanted,
      source: "the time of a query, solved for the limit",
    },
  ];
  if (price === undefined || pricePerHour === undefined) return steps;
  steps.push({
    name: "price of that",
    formula: "(sameTimeQps ÷ limitQps − 1) × databasePrice",
    inputs: [wanted, limit, quantity("databasePrice", price.databasePerHour, "per hour")],
    result: quantity("pairsCost", pricePerHour, "per hour"),
    source: "the scenario's prices",
    assumption: "Twice the database costs twice as much.",
  });
  return steps;
}

function explainInFlight(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const copies = copiesInFlight(inputs, point);
  if (copies === undefined) return [];
  const held = quantity("held", copies.heldMs, "ms");
  const join: readonly Explained[] = copies.isCompared
    ? [
        {
          name: "time until both answers are there",
          formula: "(12 − utilisation) ÷ 8 × response",
          inputs: [
            quantity("utilisation", copies.utilisation),
            quantity("response", copies.responseMs, "ms"),
          ],
          result: held,
          source: "fork and join of two, R. Nelson and A. N. Tantawi (1988)",
          assumption: "Both are as slow as the slower one, and their responses nearly exponential.",
        },
      ]
    : [];
  return [
    ...join,
    {
      name: "copies in flight",
      formula: "copies × held ÷ 1000",
      inputs: [quantity("copies", copies.copiesPerSecond, "copies/s"), held],
      result: quantity("copiesInFlight", copies.inFlight, "copies"),
      source: "Little's law",
    },
  ];
}
