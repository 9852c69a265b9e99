import { UserError } from "../../base/errors.ts";
import { formatShare } from "../../base/units.ts";
import { explainErrorBudget } from "../availability.ts";
import { quantity } from "../explain/explained.ts";
import { lruHitRatio, ttlHitRatio, ttlHitRatioUnderSplit } from "../queueing/cache.ts";
import type { Calculator } from "./calculator.ts";

export const cheCalculator: Calculator = {
  describe: "Hit ratio of a least-recently-used cache (Che)",
  example: "che --items 1e8 --cache-items 1e6 --zipf 0.8",
  options: {
    items: { kind: "count", describe: "Things that are asked for" },
    "cache-items": { kind: "count", describe: "Things that the cache holds" },
    zipf: {
      kind: "number",
      describe: "Popularity falls as rank to the power of −this; 0 is even",
      default: "1",
    },
  },
  calculate: (given) => {
    const popularity = { items: given.number("items"), zipfExponent: given.number("zipf") };
    const places = given.number("cache-items");
    return {
      steps: [
        {
          name: "hit ratio",
          formula: "Σ q·(1 − e^(−q·t)) with t so that Σ (1 − e^(−q·t)) = cacheItems",
          inputs: [
            quantity("items", popularity.items),
            quantity("cacheItems", places),
            quantity("zipf", popularity.zipfExponent),
          ],
          result: quantity("hitRatio", lruHitRatio(popularity, places)),
          source: "H. Che, Y. Tung and Z. Wang (2002)",
          assumption:
            "Each request picks independently of the others. A split of the traffic doesn't change it, as long as the cache is shared.",
          isRule: true,
        },
      ],
      notes: [],
    };
  },
};

export const ttlCalculator: Calculator = {
  describe: "Hit ratio of a cache with a time to live, whole and split over two versions",
  example: "ttl --rate 2/s --ttl 10s --kind fixed --new 10%",
  options: {
    rate: { kind: "rate", describe: "Requests per second for one thing" },
    ttl: { kind: "duration", describe: "Time to live" },
    kind: { kind: "text", describe: "fixed: from the fetch; sliding: from the last use", default: "fixed" },
    new: { kind: "share", describe: "Share of new, with a cache of its own", default: "50%" },
  },
  calculate: (given) => {
    const kind = given.text("kind");
    if (kind !== "fixed" && kind !== "sliding") {
      throw new UserError("usage", `--kind ${kind}: must be fixed or sliding.`);
    }
    const rate = given.number("rate");
    const timeToLive = { kind, time: given.number("ttl") / 1000 } as const;
    const whole = ttlHitRatio(rate, timeToLive);
    const split = ttlHitRatioUnderSplit(rate, timeToLive, given.number("new"));
    const inputs = [quantity("rate", rate, "requests/s"), quantity("ttl", timeToLive.time, "s")];
    return {
      steps: [
        {
          name: "hit ratio of one cache",
          formula: kind === "fixed" ? "rate × ttl ÷ (1 + rate × ttl)" : "1 − exp(0 − rate × ttl)",
          inputs,
          result: quantity("hitRatio", whole),
          source: "renewal argument",
        },
        {
          name: "hit ratio of a cache for each version",
          formula: "the same for each version's own rate, weighted by its share",
          inputs: [...inputs, quantity("newShare", given.number("new"))],
          result: quantity("splitHitRatio", split),
          source: "renewal argument",
          isRule: true,
        },
      ],
      notes: [
        `The split lets ${formatShare(1 - split)} of the requests through instead of ${formatShare(1 - whole)}.`,
      ],
    };
  },
};

export const availabilityCalculator: Calculator = {
  describe: "What an availability leaves, and what a rollback takes of it",
  example: "availability --promised 99.9% --rollback 2m --failing 10%",
  options: {
    promised: { kind: "share", describe: "Share of requests answered well" },
    rollback: { kind: "duration", describe: "How long a rollback takes", isOptional: true },
    failing: { kind: "share", describe: "Share of requests that fails meanwhile", default: "100%" },
  },
  calculate: (given) => {
    const promised = given.number("promised");
    if (promised === 1)
      throw new UserError("usage", "--promised 100%: leaves no budget for anything; promise less.");
    const durationMs = given.optional("rollback");
    const rollback =
      durationMs === undefined ? undefined : { durationMs, failingShare: given.number("failing") };
    return { steps: explainErrorBudget(promised, rollback), notes: [] };
  },
};
