import type { Scenario } from "./schema.ts";

/** What one machine of each kind carries, in plain numbers: bytes, ms, shares 0–1, per second. */
export type CapacityPlan = {
  readonly connectionsPerServer: number;
  readonly connectedShare: number;
  readonly bytesPerRequest: number;
  readonly utilisationCap: number;
  readonly spareServers: number;
  readonly zones: number;
  readonly forecastError: number;
  readonly keepRollback: boolean;
  readonly loadBalancing: Scenario["capacity"]["loadBalancing"];
  readonly slotsPerServer: number | undefined;
  readonly serviceTimeMs: number | undefined;
  readonly coresPerServer: number;
  readonly networkBytesPerSecond: number;
  readonly memoryBytes: number | undefined;
  readonly memoryPerConnectionBytes: number;
  readonly gateway: { readonly ratePerSecond: number; readonly connections: number };
  readonly retries: number;
  readonly cache: CacheCapacityPlan;
  readonly cacheRatePerSecond: number;
  readonly database: DatabaseCapacityPlan;
  readonly telemetry: TelemetryCapacityPlan;
  readonly price: PricePlan | undefined;
};

export type CacheCapacityPlan = {
  readonly topology: "shared" | "separate";
  /** Present where both counts are given. */
  readonly popularity:
    | { readonly items: number; readonly itemsHeld: number; readonly zipfExponent: number }
    | undefined;
};

export type DatabaseCapacityPlan = {
  readonly replicas: number;
  readonly maxReplicas: number;
  readonly poolPerServer: number;
  readonly maxConnections: number | undefined;
  readonly bytesPerWrite: number;
  readonly storageLimitBytes: number | undefined;
};

export type TelemetryCapacityPlan = {
  readonly logBytesPerRequest: number;
  readonly logShare: number;
  readonly seriesPerServer: number;
  readonly bytesPerSample: number;
  readonly scrapeIntervalMs: number;
  readonly bytesPerDayLimit: number | undefined;
};

/** Prices per hour of each kind of machine, and per gigabyte sent; absent where no server has a price. */
export type PricePlan = {
  readonly serverPerHour: number;
  readonly gatewayPerHour: number;
  readonly databasePerHour: number;
  readonly cachePerHour: number;
  readonly trafficPerGigabyte: number;
};

export type HabitsPlan = { readonly requestsPerUserPerDay: number; readonly peakFactor: number };

export function planCapacity(capacity: Scenario["capacity"]): CapacityPlan {
  const { gateway, database, telemetry } = capacity;
  return {
    connectionsPerServer: capacity.connectionsPerServer,
    connectedShare: capacity.connectedShare,
    bytesPerRequest: capacity.bytesPerRequest,
    utilisationCap: capacity.utilisationCap,
    spareServers: capacity.spareServers,
    zones: capacity.zones,
    forecastError: capacity.forecastError,
    keepRollback: capacity.keepRollback,
    loadBalancing: capacity.loadBalancing,
    slotsPerServer: capacity.slotsPerServer,
    serviceTimeMs: capacity.serviceTime,
    coresPerServer: capacity.coresPerServer,
    networkBytesPerSecond: capacity.networkPerServer,
    memoryBytes: capacity.memoryPerServer,
    memoryPerConnectionBytes: capacity.memoryPerConnection,
    gateway: { ratePerSecond: gateway.ratePerServer, connections: gateway.connectionsPerServer },
    retries: capacity.retries,
    cache: planCache(capacity.cache),
    cacheRatePerSecond: capacity.cacheRatePerNode,
    database: {
      replicas: database.replicas,
      maxReplicas: database.maxReplicas,
      poolPerServer: database.poolPerServer,
      maxConnections: database.maxConnections,
      bytesPerWrite: database.bytesPerWrite,
      storageLimitBytes: database.storageLimit,
    },
    telemetry: {
      logBytesPerRequest: telemetry.logBytesPerRequest,
      logShare: telemetry.logShare,
      seriesPerServer: telemetry.seriesPerServer,
      bytesPerSample: telemetry.bytesPerSample,
      scrapeIntervalMs: telemetry.scrapeInterval,
      bytesPerDayLimit: telemetry.bytesPerDayLimit,
    },
    price: planPrices(capacity.price),
  };
}

function planCache({ topology, items, itemsHeld, zipf }: Scenario["capacity"]["cache"]): CacheCapacityPlan {
  const isKnown = items !== undefined && itemsHeld !== undefined;
  return { topology, popularity: isKnown ? { items, itemsHeld, zipfExponent: zipf } : undefined };
}

export function planHabits({ workload }: Scenario): HabitsPlan | undefined {
  const { requestsPerUserPerDay, peakFactor, ratePerSecond, thinkTime } = workload;
  if (requestsPerUserPerDay === undefined || ratePerSecond !== undefined || thinkTime !== undefined) {
    return undefined;
  }
  return { requestsPerUserPerDay, peakFactor };
}

function planPrices(price: Scenario["capacity"]["price"]): PricePlan | undefined {
  if (price.server === undefined) return undefined;
  return {
    serverPerHour: price.server,
    gatewayPerHour: price.gateway ?? price.server,
    databasePerHour: price.database ?? price.server,
    cachePerHour: price.cache ?? price.server,
    trafficPerGigabyte: price.trafficPerGB,
  };
}
