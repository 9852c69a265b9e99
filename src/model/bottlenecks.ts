import { formatBytes, formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { type Version, versions } from "../base/version.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import { copiesInFlight } from "./copies-in-flight.ts";
import { type StoreLoad, storeLoad } from "./data-tier.ts";
import { gatewayNeed } from "./edge-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { type PairedQueries, pairedQueries } from "./paired-queries.ts";
import { largestRatePerSecond } from "./server-needs.ts";
import { everything, rankedConstraints, versionLoad } from "./server-tier.ts";

/** A resource, how full it is at the row's peak, and the number of users at which it is full. */
export type ResourceLimit = {
  readonly resource: string;
  /** 1 is full; above it the resource is asked for more than it can do. */
  readonly utilisation: number;
  readonly fullAtUsers: number;
  /** What fills it, with its numbers, in a sentence. */
  readonly reason: string;
};

/**
 * Every resource, first to be full first, for servers and gateways as sized at this point and stores as the
 * scenario has them now: one primary, its replicas, no shards.
 *
 * All demands grow in proportion to the users, so a resource is full at users / utilisation.
 *
 * Source: utilisation law and bottleneck analysis, Lazowska et al., Quantitative System Performance, chapter 5.
 */
export function bottleneckChain(inputs: ModelInputs, point: CapacityPoint): readonly ResourceLimit[] {
  return allResources(inputs, point)
    .filter(({ utilisation }) => utilisation > 0)
    .sort((left, right) => fullness(right) - fullness(left))
    .map(({ resource, utilisation, reason }) => ({
      resource,
      utilisation,
      fullAtUsers: point.load.users / utilisation,
      reason: reason(),
    }));
}

/** The first of the chain alone; quicker, since the response time is looked into only where it could be first. */
export function firstBottleneck(
  inputs: ModelInputs,
  point: CapacityPoint,
): Omit<ResourceLimit, "reason"> | undefined {
  const plain = fullest([...plainServerResources(point), ...otherResources(inputs, point)]);
  const isClear = plain !== undefined && fullness(plain) > latencyBound(point) + 0.05;
  const first = isClear ? plain : fullest(allResources(inputs, point));
  if (first === undefined) return undefined;
  const { resource, utilisation } = first;
  return { resource, utilisation, fullAtUsers: point.load.users / utilisation };
}

/** More than the response time can possibly fill: its whole servers against those that are there. */
function latencyBound({ servers }: CapacityPoint): number {
  const shares = versions.map((version) => {
    const need = servers.needs[version].find(({ constraint }) => constraint === "response time");
    return (need?.servers ?? 0) / servers[version];
  });
  return Math.max(...shares);
}

function fullest(resources: readonly Resource[]): Resource | undefined {
  let first: Resource | undefined;
  for (const resource of resources) {
    if (resource.utilisation > 0 && (first === undefined || fullness(resource) > fullness(first))) {
      first = resource;
    }
  }
  return first;
}

function allResources(inputs: ModelInputs, point: CapacityPoint): readonly Resource[] {
  return [...serverResources(inputs, point), ...otherResources(inputs, point)];
}

function otherResources(inputs: ModelInputs, point: CapacityPoint): readonly Resource[] {
  return [
    ...gatewayResources(inputs, point),
    ...copyResources(inputs, point),
    ...storeResources(inputs, point),
    ...observationResources(inputs, point),
  ];
}

/**
 * What was sized to be just full is equally full, whatever its rounding left over: above a half, a twentieth
 * makes no difference, and the order is servers, gateways, stores, monitoring.
 */
function fullness({ utilisation }: Resource): number {
  return utilisation < 0.5 ? utilisation : Math.round(utilisation * 20) / 20;
}

/** The sentence is only written for what is shown: a sweep looks at thousands of points. */
type Resource = { readonly resource: string; readonly utilisation: number; readonly reason: () => string };

function serverResources(inputs: ModelInputs, point: CapacityPoint): readonly Resource[] {
  const promised = versions.filter((version) =>
    point.servers.needs[version].some(({ constraint }) => constraint === "response time"),
  );
  const latency = promised.length === 0 ? [] : [latencyResource(inputs, point, promised)];
  return [...plainServerResources(point), ...latency];
}

function plainServerResources({ servers }: CapacityPoint): readonly Resource[] {
  return rankedConstraints(servers.needs)
    .filter(({ constraint }) => constraint !== "response time")
    .map(({ constraint, servers: needed }) => ({
      resource: constraint,
      utilisation: needed / servers.total,
      reason: () =>
        `${formatNumber(needed)} of ${formatNumber(servers.total)} servers are needed for ${constraint}`,
    }));
}

/** How much of the load that would still meet the promised response time is there. */
function latencyResource(inputs: ModelInputs, point: CapacityPoint, promised: readonly Version[]): Resource {
  const { services } = inputs;
  const { servers } = point;
  const isAlike = services.old.law === services.new.law && inputs.capacity.keepRollback;
  // Of two versions alike, the one with fewer servers is full first.
  const asked =
    isAlike && promised.length === versions.length
      ? ([servers.new < servers.old ? "new" : "old"] as const)
      : promised;
  const utilisation = Math.max(
    ...asked.map((version) => {
      const { ratePerSecond } = versionLoad(inputs, point.load, version);
      return ratePerSecond / largestRatePerSecond(inputs, version, servers[version]);
    }),
  );
  return {
    resource: "response time",
    utilisation,
    reason: () => `${formatShare(utilisation)} of the rate at which the promised response time is missed`,
  };
}

function gatewayResources(inputs: ModelInputs, { load, gateways }: CapacityPoint): readonly Resource[] {
  const need = gatewayNeed(inputs, load);
  return [
    {
      resource: "gateway",
      utilisation: need / gateways,
      reason: () => `${formatNumber(need)} of ${formatNumber(gateways)} gateways are needed`,
    },
  ];
}

function copyResources(inputs: ModelInputs, point: CapacityPoint): readonly Resource[] {
  const copies = copiesInFlight(inputs, point);
  if (copies === undefined) return [];
  const { copiesPerSecond, heldMs, isCompared, inFlight, limit } = copies;
  const until = isCompared ? "until both answers are there to be compared" : "until they are answered";
  return [
    {
      resource: "copies in flight",
      utilisation: inFlight / limit,
      reason: () =>
        `${formatNumber(copiesPerSecond)} copies/s are held ${formatDurationMs(heldMs)} each, ${until}; ${formatNumber(limit)} may be under way, more are dropped`,
    },
  ];
}

function storeResources(
  inputs: ModelInputs,
  { load, servers, cacheNodes }: CapacityPoint,
): readonly Resource[] {
  const stores = storeLoad(inputs, everything(inputs, load).ratePerSecond);
  if (stores === undefined) return [];
  return [
    ...databaseResources(inputs, everything(inputs, load).ratePerSecond, stores),
    ...poolResources(inputs, servers.total + servers.spare),
    {
      resource: "cache",
      utilisation:
        cacheNodes === 0 ? 0 : stores.cacheLookups / (cacheNodes * inputs.capacity.cacheRatePerSecond),
      reason: () =>
        `${formatNumber(stores.cacheLookups)} look-ups/s over ${formatNumber(cacheNodes)} cache nodes`,
    },
    ...storageResources(inputs, load.averagePerSecond),
  ];
}

function databaseResources(
  inputs: ModelInputs,
  ratePerSecond: number,
  { reads, writes }: StoreLoad,
): readonly Resource[] {
  const limit = inputs.database?.limitPerSecond;
  if (limit === undefined) return [];
  const { replicas } = inputs.capacity.database;
  const onPrimary = replicas === 0 ? reads + writes : writes;
  const primary = {
    resource: replicas === 0 && reads > 0 ? "database" : "database writes",
    utilisation: onPrimary / limit,
    reason: () =>
      `${formatNumber(reads)} reads/s and ${formatNumber(writes)} writes/s against ${formatNumber(limit)} queries/s of the primary${pairWords(pairedQueries(inputs, ratePerSecond))}`,
  };
  if (replicas === 0) return [primary];
  const onReplica = reads / replicas + writes;
  return [
    primary,
    {
      resource: "database reads",
      utilisation: onReplica / limit,
      reason: () =>
        `${formatNumber(reads)} reads/s over ${replicas} replicas, each repeating ${formatNumber(writes)} writes/s, against ${formatNumber(limit)} queries/s`,
    },
  ];
}

/** What it is to the database that a request and its copy ask at the same moment. */
function pairWords(pairs: PairedQueries | undefined): string {
  if (pairs === undefined) return "";
  const { plainMs, pairedMs, sameTimePerSecond, copiedShare } = pairs;
  const copied = `; ${formatShare(copiedShare / (1 + copiedShare))} of them are copies, which come in pairs with their originals`;
  if (pairedMs === undefined || plainMs === undefined || sameTimePerSecond === undefined) return copied;
  return `${copied}: a query takes ${formatDurationMs(pairedMs)} instead of ${formatDurationMs(plainMs)}, as quick as before only at ${formatNumber(sameTimePerSecond)} queries/s`;
}

function poolResources({ capacity }: ModelInputs, servers: number): readonly Resource[] {
  const { maxConnections, poolPerServer } = capacity.database;
  if (maxConnections === undefined) return [];
  return [
    {
      resource: "database connections",
      utilisation: (servers * poolPerServer) / maxConnections,
      reason: () =>
        `${formatNumber(servers)} servers of both versions keep ${poolPerServer} connections each, ${formatNumber(maxConnections)} are accepted`,
    },
  ];
}

const secondsPerYear = 31_557_600;

function storageResources(
  { capacity, database }: ModelInputs,
  averagePerSecond: number,
): readonly Resource[] {
  const { storageLimitBytes, bytesPerWrite } = capacity.database;
  if (storageLimitBytes === undefined || database === undefined) return [];
  const perYear = averagePerSecond * database.writesPerRequest * bytesPerWrite * secondsPerYear;
  return [
    {
      resource: "storage",
      utilisation: perYear / storageLimitBytes,
      reason: () =>
        `${formatBytes(perYear)} are written in a year, ${formatBytes(storageLimitBytes)} are there`,
    },
  ];
}

function observationResources({ capacity }: ModelInputs, { telemetry }: CapacityPoint): readonly Resource[] {
  const limit = capacity.telemetry.bytesPerDayLimit;
  if (limit === undefined) return [];
  const perDay = telemetry.logBytesPerDay + telemetry.metricBytesPerDay;
  return [
    {
      resource: "monitoring",
      utilisation: perDay / limit,
      reason: () => `${formatBytes(perDay)} of logs and metrics a day, ${formatBytes(limit)} are taken in`,
    },
  ];
}
