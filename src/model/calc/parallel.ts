import { UserError } from "../../base/errors.ts";
import { formatNumber, formatShare } from "../../base/units.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { forkJoinOfTwo, pairFactor } from "../queueing/fork-join.ts";
import { type Calculator, demandStable, type Given } from "./calculator.ts";

/** Calculators of what only parallel running brings: answers compared, copies in pairs, caches that are cold. */

export const forkJoinCalculator: Calculator = {
  describe: "Time until two versions have both answered (fork and join of two)",
  example: "fork-join --rate 30/s --service-time 20ms",
  options: {
    rate: { kind: "rate", describe: "Requests per second, each sent to both" },
    "service-time": { kind: "duration", describe: "Mean service time of each" },
  },
  calculate: (given) => {
    const serviceMs = given.number("service-time");
    const erlangs = (given.number("rate") * serviceMs) / 1000;
    demandStable(erlangs, 1);
    const utilisation = quantity("utilisation", erlangs);
    return {
      steps: [
        {
          name: "utilisation of each",
          formula: "rate × serviceTime ÷ 1000",
          inputs: [
            quantity("rate", given.number("rate"), "requests/s"),
            quantity("serviceTime", serviceMs, "ms"),
          ],
          result: utilisation,
          source: "utilisation law",
        },
        {
          name: "mean time until both have answered",
          formula: "(12 − utilisation) ÷ 8 × serviceTime ÷ (1 − utilisation)",
          inputs: [utilisation, quantity("serviceTime", serviceMs, "ms")],
          result: quantity("response", forkJoinOfTwo(erlangs, serviceMs), "ms"),
          source: "R. Nelson and A. N. Tantawi (1988), exact for two",
          assumption: "One server each, equal, exponential service, Poisson arrivals.",
        },
      ],
      notes: [],
    };
  },
};

export const pairsCalculator: Calculator = {
  describe: "Time of a query where copies come in pairs with their originals",
  example: "pairs --rate 300/s --limit 1000/s --copied 100%",
  options: {
    rate: { kind: "rate", describe: "Queries per second without copies" },
    limit: { kind: "rate", describe: "Queries per second that the database can do" },
    copied: { kind: "share", describe: "Share of the queries that are copied", default: "100%" },
  },
  calculate: (given) => {
    const [rate, limit, copied] = [given.number("rate"), given.number("limit"), given.number("copied")];
    const queries = rate * (1 + copied);
    if (queries >= limit) throw new UserError("usage", overloaded(queries, limit));
    const factor = quantity("pairFactor", pairFactor(copied));
    const perSecond = quantity("queries", queries, "queries/s");
    const bound = quantity("limit", limit, "queries/s");
    const plain = quantity("rate", rate, "queries/s");
    return {
      steps: [
        {
          name: "queries with copies",
          formula: "rate × (1 + copied)",
          inputs: [plain, quantity("copied", copied)],
          result: perSecond,
          source: "definition",
        },
        {
          name: "crowd of pairs",
          formula: "(1 + 2 × copied) ÷ (1 + copied)",
          inputs: [quantity("copied", copied)],
          result: factor,
          source: "batches of two, M^[2]/M/1 (Kleinrock I, 4.7)",
          assumption: "A query and its copy come at the same moment, until the network spreads them.",
        },
        queryTime("plainTime", "1000 ÷ (limit − rate)", [bound, plain], 1000 / (limit - rate)),
        queryTime(
          "queryTime",
          "pairFactor × 1000 ÷ (limit − queries)",
          [factor, bound, perSecond],
          (factor.value * 1000) / (limit - queries),
        ),
        {
          name: "limit at which a query takes no longer than without copies",
          formula: "queries + pairFactor × (limit − rate)",
          inputs: [perSecond, factor, bound, plain],
          result: quantity("sameTimeLimit", queries + factor.value * (limit - rate), "queries/s"),
          source: "the time of a query, solved for the limit",
        },
      ],
      notes: [],
    };
  },
};

function overloaded(queries: number, limit: number): string {
  return `Saturated: ${formatNumber(queries)} queries/s with the copies against a limit of ${formatNumber(limit)}, so the queue grows without end.`;
}

function queryTime(name: string, formula: string, inputs: Explained["inputs"], ms: number): Explained {
  return {
    name: name === "plainTime" ? "time of a query without copies" : "time of a query with copies",
    formula,
    inputs,
    result: quantity(name, ms, "ms"),
    source: name === "plainTime" ? "M/M/1" : "M^[2]/M/1 and Little's law",
  };
}

export const coldCacheCalculator: Calculator = {
  describe: "Load of the database while new's own cache is empty",
  example: "cold-cache --rate 5000/s --hit-ratio 90% --writes 10% --limit 2000/s --new 10%",
  options: {
    rate: { kind: "rate", describe: "Requests per second of both versions" },
    reads: { kind: "number", describe: "Reads for each request, before the cache", default: "1" },
    writes: { kind: "share", describe: "Share of requests that also write", default: "0%" },
    "hit-ratio": { kind: "share", describe: "Share of reads that a warm cache answers" },
    limit: { kind: "rate", describe: "Queries per second that the database can do" },
    new: { kind: "share", describe: "Share of requests that new answers" },
  },
  calculate: (given) => {
    const { inputs, load } = coldLoad(given);
    const [limit, newShare] = [given.number("limit"), given.number("new")];
    if (limit === 0) throw new UserError("usage", "--limit must be above 0.");
    const [warm, cold] = [load(0), load(newShare)];
    const queries = quantity("coldQueries", cold, "queries/s");
    const bound = quantity("limit", limit, "queries/s");
    return {
      steps: [
        {
          name: "queries with warm caches",
          formula: "rate × (reads × (1 − hitRatio) + writes)",
          inputs,
          result: quantity("warmQueries", warm, "queries/s"),
          source: "definition",
        },
        {
          name: "queries while new's cache is empty",
          formula: "rate × (reads × ((1 − newShare) × (1 − hitRatio) + newShare) + writes)",
          inputs: [...inputs, quantity("newShare", newShare)],
          result: queries,
          source: "definition",
          assumption: "New has a cache of its own: every read of new reaches the database.",
        },
        {
          name: "how full that makes the database",
          formula: "coldQueries ÷ limit",
          inputs: [queries, bound],
          result: quantity("full", cold / limit),
          source: "utilisation law; 1 is full",
        },
      ],
      notes: [coldNote(limit, warm, load(1))],
    };
  },
};

function coldLoad(given: Given) {
  const [rate, reads, writes] = [given.number("rate"), given.number("reads"), given.number("writes")];
  const hitRatio = given.number("hit-ratio");
  return {
    inputs: [
      quantity("rate", rate, "requests/s"),
      quantity("reads", reads),
      quantity("hitRatio", hitRatio),
      quantity("writes", writes),
    ],
    load: (newShare: number) => rate * (reads * (1 - hitRatio + newShare * hitRatio) + writes),
  };
}

/** The load grows in a straight line with the share of new. */
function coldNote(limit: number, warm: number, allCold: number): string {
  if (allCold <= limit) return "The database keeps up even with all traffic on an empty cache.";
  if (warm >= limit) return "The database is full with warm caches already.";
  const most = Math.floor(((limit - warm) / (allCold - warm)) * 1000) / 1000;
  return `The database keeps up to ${formatShare(most)} on new: go no further until its cache is warm.`;
}
