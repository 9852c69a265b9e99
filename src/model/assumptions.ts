import { formatBytes, formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import type { ModelInputs } from "./inputs.ts";

const balancingWords = {
  pooled: "all requests wait in one queue for all servers",
  random: "requests are dealt to servers at random, each with its own queue",
  roundRobin: "requests are dealt to servers in turn, each with its own queue",
  leastConnections:
    "requests go to the server with the fewest open ones; they wait as rarely as in one queue, but behind one server's work",
  powerOfTwo: "requests go to the emptier of two servers picked at random; many servers",
} as const;

/** What must be true for the modelled numbers to hold, in sentences. */
export function modelAssumptions(inputs: ModelInputs): readonly string[] {
  const { capacity, services, demand, split } = inputs;
  const unknown = (["old", "new"] as const).filter((version) => services[version].law === undefined);
  return [
    inputs.measuredNotes.length === 0
      ? "Calculated from formulas, not measured; `--explain` shows each figure's arithmetic."
      : "Calculated from the measured rate of a server; `--explain` shows each figure's arithmetic.",
    capacity.keepRollback
      ? "Each version can carry everybody alone, so that a rollback is possible: connections count twice."
      : "Each version carries its share only: going back needs time to start servers.",
    "Only the total is rounded up: instances of both versions may share a server. Spares are shown apart and can start either version.",
    `Load balancing ${capacity.loadBalancing}: ${balancingWords[capacity.loadBalancing]}.`,
    `Servers are planned to ${formatShare(capacity.utilisationCap)} of their slots, CPU and network; limits stated as counts or rates are taken as stated.`,
    `A request moves ${formatBytes(capacity.bytesPerRequest)}; bandwidth is that of the peak, ${rateWords(demand.kind)}.`,
    "Demands grow in proportion to the users.",
    `New answers ${formatShare(split.newShare)}, the ramp's first step where the scenario has one.`,
    ...flagSentences(inputs),
    ...(unknown.length === 0
      ? []
      : [
          `No service time is known for ${unknown.join(" and ")}: slots and response times don't count; give capacity.serviceTime or a mock.`,
        ]),
    ...(inputs.targets.length === 0
      ? ["No response time is promised in slo, so none limits the servers."]
      : []),
    ...cacheSentences(inputs),
    ...(inputs.retries === undefined
      ? []
      : [
          "Every failed attempt is tried again at once; an attempt that comes too late still takes its time at the servers.",
        ]),
    ...inputs.measuredNotes,
    ...(capacity.forecastError > 0
      ? [`The load may lie ${formatShare(capacity.forecastError)} above the forecast.`]
      : []),
  ];

  function rateWords(kind: typeof demand.kind): string {
    if (kind === "habits") {
      return `${formatNumber(demand.requestsPerUserPerDay ?? 0)} requests per user per day at ${formatNumber(demand.peakFactor ?? 1)} times the average`;
    }
    if (demand.trace !== undefined) {
      const { requests, spanMs, windowMs } = demand.trace;
      return `that of the busiest ${formatDurationMs(windowMs)} of a trace of ${formatNumber(requests)} requests in ${formatDurationMs(spanMs)}`;
    }
    const perUser = formatNumber(Number(demand.peakPerUser.toPrecision(3)));
    return `${perUser} requests per user per second`;
  }
}

function flagSentences({ split: { flagged } }: ModelInputs): readonly string[] {
  if (flagged?.toNew === undefined || flagged.toOld === undefined) return [];
  return [
    `Of all requests a provider's flag sends ${formatShare(flagged.toNew)} to new and ${formatShare(flagged.toOld)} to old, whatever the share; shares here count them.`,
  ];
}

function cacheSentences({ cache, capacity }: ModelInputs): readonly string[] {
  if (cache === undefined) return [];
  if (capacity.cache.popularity !== undefined) {
    return [
      `The cache answers ${formatShare(cache.hitRatio)} by what it holds, the least recently used going first; stores.cache.hitRatio is not used.`,
    ];
  }
  if (!cache.isSeparate)
    return ["One cache serves both versions, so that the split doesn't change its hits."];
  if (cache.ttlMs === undefined) {
    return ["Each version has a cache of its own with the same hit ratio once it is warm."];
  }
  return [
    `Each version has a cache of its own whose entries live ${formatDurationMs(cache.ttlMs)}: the fewer its requests, the rarer its hits.`,
  ];
}
