import { formatNumber } from "../base/units.ts";
import type { ResourceLimit } from "./bottlenecks.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import { storeLoad } from "./data-tier.ts";
import { formatUsers } from "./format-users.ts";
import type { ModelInputs } from "./inputs.ts";
import { pairedQueries } from "./paired-queries.ts";
import { everything } from "./server-tier.ts";

/** The cheapest single change that moves a bottleneck, and the user count to which it moves it. */
export type Remedy = {
  /** A sentence without its full stop, with its numbers. */
  readonly change: string;
  /** The same as an order of a few words, for a headline; absent where `change` is one already. */
  readonly inShort?: string;
  readonly movesToUsers: number | undefined;
};

/** Changes that need no new kind of machine come first; the written-down order is that of docs/model.md. */
export function remedyFor(inputs: ModelInputs, point: CapacityPoint, limit: ResourceLimit): Remedy {
  const { total } = point.servers;
  switch (limit.resource) {
    case "database":
      return readRemedy(inputs, point, limit);
    case "database reads":
      return replicaRemedy(inputs, limit);
    case "database writes":
      return {
        change:
          "Shard the database or take writes off the request's path (queue, batch): replicas and caches don't carry writes",
        movesToUsers: limit.fullAtUsers * 2,
      };
    case "database connections":
      return {
        change: "Put a connection pooler before the database, or halve the pools while both versions run",
        movesToUsers: limit.fullAtUsers * 2,
      };
    case "gateway":
      return addMachines(inputs, { kind: "gateway", count: point.gateways }, limit);
    case "copies in flight":
      return copyRemedy(inputs, limit);
    case "cache":
      return addMachines(inputs, { kind: "cache node", count: point.cacheNodes }, limit);
    case "storage":
      return { change: "Archive old data, or add a shard", movesToUsers: limit.fullAtUsers * 2 };
    case "monitoring":
      return {
        change: "Sample the logs: half of them tell the same story",
        movesToUsers: limit.fullAtUsers * 2,
      };
    default:
      return addMachines(inputs, { kind: "server", count: total }, limit);
  }
}

type Machines = { readonly kind: "server" | "gateway" | "cache node"; readonly count: number };

/** One more, or a tenth more where there are many; how many there are then, what for, and at what price. */
function addMachines({ price }: ModelInputs, { kind, count }: Machines, limit: ResourceLimit): Remedy {
  const added = Math.ceil(count / 10);
  const plural = added === 1 ? "" : "s";
  const perHour = price && added * priceOf(price, kind);
  const cost = perHour === undefined ? "" : `, ${perHour.toFixed(2)} more per hour`;
  const each = formatUsers(limit.fullAtUsers / count);
  return {
    change: `Add ${formatNumber(added)} ${kind}${plural} to the ${formatNumber(count)}, each good for ${each} users${cost}`,
    inShort: `add ${formatNumber(added)} ${kind}${plural}${cost}`,
    movesToUsers: (limit.fullAtUsers * (count + added)) / count,
  };
}

function priceOf(price: NonNullable<ModelInputs["price"]>, kind: Machines["kind"]): number {
  if (kind === "gateway") return price.gatewayPerHour;
  return kind === "server" ? price.serverPerHour : price.cachePerHour;
}

function copyRemedy({ copies }: ModelInputs, limit: ResourceLimit): Remedy {
  const now = copies?.maxInFlight ?? 1;
  return {
    change: `Raise split.mirror.maxInFlight from ${formatNumber(now)} to ${formatNumber(now * 2)}, or copy half as much`,
    movesToUsers: limit.fullAtUsers * 2,
  };
}

/** Copies are given up before anything is bought. */
function mirrorWords(inputs: ModelInputs, point: CapacityPoint): string {
  const pairs = pairedQueries(inputs, everything(inputs, point.load).ratePerSecond);
  if (pairs === undefined) return "";
  const plainFullAtUsers = (point.load.users * pairs.limitPerSecond) / pairs.plainPerSecond;
  return `Mirror a smaller share (without copies it is full at ${formatUsers(plainFullAtUsers)} users). Then: `;
}

/** Replicas and a cache take reads away; the writes stay, and they are the limit of that advice. */
function readRemedy(inputs: ModelInputs, point: CapacityPoint, limit: ResourceLimit): Remedy {
  const stores = storeLoad(inputs, everything(inputs, point.load).ratePerSecond);
  const order =
    inputs.cache === undefined
      ? "add read replicas and a cache before more servers"
      : "add read replicas, or raise the cache's hit ratio, before more servers";
  const first = `${mirrorWords(inputs, point)}${capitalised(order)}`;
  if (stores === undefined || stores.writes === 0)
    return { change: first, inShort: order, movesToUsers: undefined };
  const writesFullAtUsers = (point.load.users * (inputs.database?.limitPerSecond ?? 0)) / stores.writes;
  if (writesFullAtUsers <= limit.fullAtUsers * 1.05)
    return {
      change:
        "Shard the database: nearly all that reaches it are writes, which replicas and caches don't carry",
      inShort: "shard the database, since nearly all that reaches it are writes",
      movesToUsers: limit.fullAtUsers * 2,
    };
  return {
    change: `${first}; once the writes alone fill the primary, only sharding helps`,
    inShort: order,
    movesToUsers: writesFullAtUsers,
  };
}

function capitalised(order: string): string {
  return order.charAt(0).toUpperCase() + order.slice(1);
}

function replicaRemedy(inputs: ModelInputs, limit: ResourceLimit): Remedy {
  const { replicas } = inputs.capacity.database;
  return {
    change: "Add a read replica, or raise the cache's hit ratio",
    movesToUsers: (limit.fullAtUsers * (replicas + 1)) / replicas,
  };
}
