import { costPerHour } from "./cost.ts";
import { type DatabaseTier, type StoreLoad, sizeDatabase, storeLoad } from "./data-tier.ts";
import { bandwidthBytesPerSecond, sizeGateways, type TelemetryLoad, telemetryLoad } from "./edge-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { type SystemLoad, systemLoad } from "./load.ts";
import { everything, type ServerTier, sizeServers, wholeServers } from "./server-tier.ts";

/** The whole system at one user count, while old and new run side by side. */
export type CapacityPoint = {
  readonly load: SystemLoad;
  readonly servers: ServerTier;
  /** Requests being worked on at the peak, copies apart; absent where no service time is known. */
  readonly concurrentRequests: number | undefined;
  readonly gateways: number;
  readonly stores: StoreLoad | undefined;
  readonly database: DatabaseTier | undefined;
  readonly cacheNodes: number;
  readonly bandwidthBytesPerSecond: number;
  readonly telemetry: TelemetryLoad;
  readonly cost: PointCost | undefined;
};

/** Per hour: with both versions, and what of it is the second version. */
export type PointCost = { readonly perHour: number; readonly overlapPerHour: number };

export type PointAnswer = { readonly point: CapacityPoint } | { readonly impossible: string };

/**
 * Sizes every tier for `users`.
 *
 * @param users - > 0
 */
export function capacityPoint(inputs: ModelInputs, users: number): PointAnswer {
  const load = systemLoad(inputs, users);
  const answer = sizeServers(inputs, load);
  if ("impossible" in answer) return answer;
  const servers = answer.tier;
  const plannedRate = everything(inputs, load).ratePerSecond;
  const stores = storeLoad(inputs, plannedRate);
  const database = stores && sizeDatabase(inputs, stores);
  const tiers = {
    gateways: sizeGateways(inputs, load),
    database,
    cacheNodes:
      stores === undefined ? 0 : wholeServers(stores.cacheLookups / inputs.capacity.cacheRatePerSecond),
  };
  return {
    point: {
      load,
      servers,
      concurrentRequests: concurrentRequests(inputs, load),
      ...tiers,
      stores,
      bandwidthBytesPerSecond: bandwidthBytesPerSecond(inputs, load),
      telemetry: telemetryLoad(inputs, load, servers.total + servers.spare),
      cost: pointCost(inputs, { ...tiers, servers, load }),
    },
  };
}

/** Little's law over the mean service times of both versions. */
function concurrentRequests(
  { services, split }: ModelInputs,
  { peakPerSecond }: SystemLoad,
): number | undefined {
  if (services.old.law === undefined || services.new.law === undefined) return undefined;
  const meanMs = services.old.law.meanMs * (1 - split.newShare) + services.new.law.meanMs * split.newShare;
  return (peakPerSecond * meanMs) / 1000;
}

type Tiers = Pick<CapacityPoint, "gateways" | "database" | "cacheNodes" | "servers" | "load">;

function pointCost(inputs: ModelInputs, tiers: Tiers): PointCost | undefined {
  const { price, capacity } = inputs;
  if (price === undefined) return undefined;
  const { total, spare, alone } = tiers.servers;
  const averageBytesPerSecond = tiers.load.averagePerSecond * capacity.bytesPerRequest;
  const perHour = costPerHour(
    price,
    {
      servers: total + spare,
      gateways: tiers.gateways,
      databaseNodes: tiers.database?.nodes ?? (inputs.database === undefined ? 0 : 1),
      cacheNodes: tiers.cacheNodes,
    },
    averageBytesPerSecond,
  );
  return { perHour, overlapPerHour: Math.max(0, total - alone.old) * price.serverPerHour };
}
