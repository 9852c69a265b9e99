import { formatBytes, formatNumber, formatShare } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import { storeLoad } from "./data-tier.ts";
import { gatewayNeed } from "./edge-tier.ts";
import type { ModelInputs } from "./inputs.ts";
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
  const { users } = point.load;
  return [
    ...serverResources(inputs, point),
    ...gatewayResources(inputs, point),
    ...storeResources(inputs, point),
    ...observationResources(inputs, point),
  ]
    .filter(({ utilisation }) => utilisation > 0)
    .map((resource) => ({ ...resource, fullAtUsers: users / resource.utilisation }))
    .sort((left, right) => fullness(right) - fullness(left));
}

/**
 * What was sized to be just full is equally full, whatever its rounding left over: above a half, a twentieth
 * makes no difference, and the order is servers, gateways, stores, monitoring.
 */
function fullness({ utilisation }: ResourceLimit): number {
  return utilisation < 0.5 ? utilisation : Math.round(utilisation * 20) / 20;
}

type Resource = Omit<ResourceLimit, "fullAtUsers">;

function serverResources(inputs: ModelInputs, point: CapacityPoint): readonly Resource[] {
  const { servers } = point;
  return rankedConstraints(servers.needs).map(({ constraint, servers: needed }) => {
    if (constraint === "response time") return latencyResource(inputs, point);
    return {
      resource: constraint,
      utilisation: needed / servers.total,
      reason: `${formatNumber(needed)} of ${formatNumber(servers.total)} servers are needed for ${constraint}`,
    };
  });
}

/** How much of the load that would still meet the promised response time is there. */
function latencyResource(inputs: ModelInputs, point: CapacityPoint): Resource {
  const utilisation = Math.max(
    ...versions.map((version) => {
      const { ratePerSecond } = versionLoad(inputs, point.load, version);
      return ratePerSecond / largestRatePerSecond(inputs, version, point.servers[version]);
    }),
  );
  return {
    resource: "response time",
    utilisation,
    reason: `${formatShare(utilisation)} of the rate at which the promised response time is missed`,
  };
}

function gatewayResources(inputs: ModelInputs, { load, gateways }: CapacityPoint): readonly Resource[] {
  const need = gatewayNeed(inputs, load);
  return [
    {
      resource: "gateway",
      utilisation: need / gateways,
      reason: `${formatNumber(need)} of ${formatNumber(gateways)} gateways are needed`,
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
    ...databaseResources(inputs, stores),
    ...poolResources(inputs, servers.total + servers.spare),
    {
      resource: "cache",
      utilisation:
        cacheNodes === 0 ? 0 : stores.cacheLookups / (cacheNodes * inputs.capacity.cacheRatePerSecond),
      reason: `${formatNumber(stores.cacheLookups)} look-ups/s over ${formatNumber(cacheNodes)} cache nodes`,
    },
    ...storageResources(inputs, load.averagePerSecond),
  ];
}

function databaseResources(
  inputs: ModelInputs,
  { reads, writes }: { readonly reads: number; readonly writes: number },
): readonly Resource[] {
  const limit = inputs.database?.limitPerSecond;
  if (limit === undefined) return [];
  const { replicas } = inputs.capacity.database;
  const onPrimary = replicas === 0 ? reads + writes : writes;
  const primary = {
    resource: replicas === 0 && reads > 0 ? "database" : "database writes",
    utilisation: onPrimary / limit,
    reason: `${formatNumber(reads)} reads/s and ${formatNumber(writes)} writes/s against ${formatNumber(limit)} queries/s of the primary`,
  };
  if (replicas === 0) return [primary];
  const onReplica = reads / replicas + writes;
  return [
    primary,
    {
      resource: "database reads",
      utilisation: onReplica / limit,
      reason: `${formatNumber(reads)} reads/s over ${replicas} replicas, each repeating ${formatNumber(writes)} writes/s, against ${formatNumber(limit)} queries/s`,
    },
  ];
}

function poolResources({ capacity }: ModelInputs, servers: number): readonly Resource[] {
  const { maxConnections, poolPerServer } = capacity.database;
  if (maxConnections === undefined) return [];
  return [
    {
      resource: "database connections",
      utilisation: (servers * poolPerServer) / maxConnections,
      reason: `${formatNumber(servers)} servers of both versions keep ${poolPerServer} connections each, ${formatNumber(maxConnections)} are accepted`,
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
      reason: `${formatBytes(perYear)} are written in a year, ${formatBytes(storageLimitBytes)} are there`,
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
      reason: `${formatBytes(perDay)} of logs and metrics a day, ${formatBytes(limit)} are taken in`,
    },
  ];
}
