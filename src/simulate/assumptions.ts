import { formatCount, formatDurationMs, formatNumber } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import { isSampleGate } from "../rollout/gate.ts";
import type { FaultKind } from "../scenario/fault-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { isTimeless } from "./faults.ts";
import { retryAssumptions } from "./retry-report.ts";
import { scalingAssumptions } from "./scaling-report.ts";
import { type SimulationSettings, simulatedServices } from "./settings.ts";

/** What a simulated result rests on without having measured it, one sentence each. */
export function assumptionsOf(plan: RunPlan, settings: SimulationSettings): readonly string[] {
  return [
    ...(plan.rollout === undefined
      ? ["Counts are sums over all replications; rates and percentiles are those of one run."]
      : []),
    ...pathAssumptions(settings),
    ...serverAssumptions(plan, settings),
    ...urlAssumptions(plan),
    ...storeAssumptions(plan),
    ...loadAssumptions(plan),
    ...splitAssumptions(plan),
    ...faultAssumptions(plan),
    ...protectionAssumptions(plan),
    ...retryAssumptions(plan),
    ...scalingAssumptions(plan),
    ...leftOutAssumptions(plan),
    ...rolloutAssumptions(plan),
  ];
}

function pathAssumptions({ splitterMs, networkMs }: SimulationSettings): readonly string[] {
  const splitter =
    splitterMs === 0
      ? "The splitter takes no time"
      : `The splitter takes ${formatDurationMs(splitterMs)} of one core for each request`;
  const network =
    networkMs === 0 ? "the network none" : `the network ${formatDurationMs(networkMs)} there and back`;
  return [`${splitter}, ${network}.`];
}

function serverAssumptions(plan: RunPlan, settings: SimulationSettings): readonly string[] {
  const services = simulatedServices(plan);
  const hasCpu = versions.some((version) => services[version].cpuPerRequestMs > 0);
  const hasSeveral = versions.some((version) => services[version].replicas > 1);
  const cores =
    settings.coresPerServer === 1 ? "one core, which works" : `${settings.coresPerServer} cores, which work`;
  const taking = settings.cpu === "inTurn" ? "one request after another" : "all requests at once, evenly";
  return [
    ...(hasCpu ? [`Each server has ${cores} on ${taking}; other work on the machine is left out.`] : []),
    ...(hasSeveral ? [`Requests find a server by ${settings.loadBalancing}.`] : []),
  ];
}

function urlAssumptions(plan: RunPlan): readonly string[] {
  const services = simulatedServices(plan);
  return versions.flatMap((version) => {
    if (plan.services[version].target.kind === "mock") return [];
    const { concurrency, queue } = services[version];
    const mean = formatDurationMs(plan.capacity.serviceTimeMs ?? 0);
    return [
      `${version} stands for a real service: exponential service times with the given mean of ${mean}, one server with ${concurrency} slots and ${queue} places in line.`,
    ];
  });
}

function loadAssumptions({ load }: RunPlan): readonly string[] {
  return load.kind === "trace"
    ? [
        "Requests come at the times of the trace; what each asks for is dealt by the mix, whatever the trace says.",
      ]
    : [];
}

function protectionAssumptions({ breaker, ejection }: RunPlan): readonly string[] {
  return breaker === undefined && ejection === undefined
    ? []
    : ["Breaker and ejection act at once; the splitter's clock, which they go by, may be 25 ms behind."];
}

/** Bounds of the splitter that only a real run meets, where this load could, and what no clock but it plays. */
function leftOutAssumptions({ connections, limits, engine }: RunPlan): readonly string[] {
  const { clients } = connections;
  const mayMeetClients = clients !== undefined && limits.maxConnections > clients;
  return [
    ...(mayMeetClients ? [`split.connections.clients, ${formatCount(clients)}, is left out.`] : []),
    ...(engine === "autocannon"
      ? ["The load of the scenario is simulated, not the saturation probe of run.engine autocannon."]
      : []),
  ];
}

/** What only a real run follows. */
function splitAssumptions({ flagProvider, split, splitSource, compare, queue }: RunPlan): readonly string[] {
  const flags =
    split.providedFlag === undefined
      ? "Flags of a provider are left out: the share decides."
      : `The flag ${split.providedFlag.key} stays as its file says now.`;
  return [
    ...(flagProvider === undefined ? [] : [flags]),
    ...(splitSource === undefined ? [] : ["The share stays as the scenario says; its source is left out."]),
    ...(queue === undefined ? [] : ["Messages and the work on them are left out."]),
    ...(compare === undefined
      ? []
      : ["Copies that are made to compare answers are left out, and the load that they are."]),
  ];
}

function storeAssumptions({ stores: { database, cache }, capacity }: RunPlan): readonly string[] {
  const { replicas } = capacity.database;
  const isLimited = database?.limitPerSecond !== undefined;
  return [
    ...(isLimited && replicas > 0
      ? [
          `Each read goes to one of ${formatCount(replicas)} read replicas by chance, each as fast as the primary; every replica repeats every write.`,
        ]
      : []),
    ...(database?.real !== undefined
      ? [
          `Each server keeps up to ${formatCount(database.real.poolSize)} connections to the database, and a request waits for one for up to 1 s.`,
        ]
      : []),
    ...(database?.kind === "postgres"
      ? ["The database is simulated by the times and limit given for it."]
      : []),
    ...(cache?.kind === "redis" ? ["The cache is simulated by the hit ratio and time given for it."] : []),
    ...(cache === undefined ? [] : ["A read hits the cache by chance, whatever was read before."]),
  ];
}

function rolloutAssumptions({ rollout }: RunPlan): readonly string[] {
  if (rollout === undefined) return [];
  const leftOut = rollout.gates.filter((gate) => !isSampleGate(gate)).map(({ name }) => name);
  return [
    ...(leftOut.length === 0
      ? []
      : [`Left out, for virtual time has no rows to look at: the gate ${leftOut.join(", the gate ")}.`]),
    "The ramp is played once, on the requests of a real run; how often and how soon others like it stop, `--ramps 200` tells.",
  ];
}

function faultAssumptions({ faults, rollout }: RunPlan): readonly string[] {
  const has = (...kinds: readonly FaultKind[]) => faults.some(({ kind }) => kinds.includes(kind));
  const timeless = new Set(faults.filter(isTimeless).map(({ kind, service }) => `${kind} of ${service}`));
  return [
    ...(timeless.size === 0
      ? []
      : [`Noted, but without any effect in virtual time: ${[...timeless].join(", ")}.`]),
    ...(faults.length > 0 && rollout === undefined
      ? ["Events, and what each fault led to, are those of the first replication."]
      : []),
    ...(has("crash", "restart", "cold-start")
      ? ["Whatever is started again is there at once; a real process takes a moment to start."]
      : []),
  ];
}

/** Why a simulated result is to be read with care; empty when it isn't. */
export function doubtsOf(plan: RunPlan, report: SimulationReport): readonly string[] {
  return [
    ...report.overloads.map(
      ({ resource, utilisation, excessPerSecond }) =>
        `${resource}: ${formatNumber(utilisation)} times the work that can be done; without bounds the queue would grow by ${formatNumber(excessPerSecond)} requests per second.`,
    ),
    ...warmUpDoubts(plan, report),
    ...(report.precision.state === "not reached"
      ? [
          `After ${formatCount(report.replications)} replications the intervals are still wider than asked for; run longer or ask for more replications.`,
        ]
      : []),
  ];
}

function warmUpDoubts({ load }: RunPlan, { warmUp }: SimulationReport): readonly string[] {
  const { configuredMs, foundMs } = warmUp;
  const isSteady =
    load.kind !== "open" || load.curve.every((piece) => piece.fromPerSecond === piece.toPerSecond);
  if (foundMs === undefined || foundMs <= configuredMs || !isSteady) return [];
  return [
    `The system takes ${formatDurationMs(foundMs)} to settle, longer than the warm-up of ${formatDurationMs(configuredMs)}: the figures include its start.`,
  ];
}
