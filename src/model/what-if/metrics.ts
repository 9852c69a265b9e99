import { formatBytes, formatNumber } from "../../base/units.ts";
import { firstBottleneck } from "../bottlenecks.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";

/** A figure of a point that a sweep can show; undefined where the scenario doesn't give it. */
export type Metric = {
  readonly unit: string;
  readonly describe: string;
  readonly of: (point: CapacityPoint, inputs: ModelInputs) => number | string | undefined;
};

const metric = (unit: string, describe: string, of: Metric["of"]): Metric => ({ unit, describe, of });

/** By the name that `--show` takes. */
export const metrics = {
  servers: metric("servers", "servers of both versions", ({ servers }) => servers.total),
  old: metric("servers", "servers of old", ({ servers }) => servers.old),
  new: metric("servers", "servers of new", ({ servers }) => servers.new),
  spare: metric("servers", "spare servers", ({ servers }) => servers.spare),
  oldAlone: metric("servers", "servers before new is there", ({ servers }) => servers.alone.old),
  newAlone: metric("servers", "servers after old is gone", ({ servers }) => servers.alone.new),
  binding: metric("", "what decides the number of servers", ({ servers }) => servers.binding),
  averageRate: metric("requests/s", "average rate", ({ load }) => load.averagePerSecond),
  peakRate: metric("requests/s", "rate at the busiest time", ({ load }) => load.peakPerSecond),
  connections: metric("connections", "users connected", ({ load }) => load.connections),
  concurrency: metric("requests", "requests worked on at once", (point) => point.concurrentRequests),
  bandwidth: metric("bytes/s", "bandwidth at the peak", (point) => point.bandwidthBytesPerSecond),
  gateways: metric("gateways", "gateways", ({ gateways }) => gateways),
  shards: metric("shards", "shards of the database", ({ database }) => database?.shards),
  replicas: metric("replicas", "replicas of each shard", ({ database }) => database?.replicasPerShard),
  databaseNodes: metric("nodes", "database nodes", ({ database }) => database?.nodes),
  databaseReads: metric("reads/s", "reads that reach the database", ({ stores }) => stores?.reads),
  databaseWrites: metric("writes/s", "writes", ({ stores }) => stores?.writes),
  cacheNodes: metric("nodes", "cache nodes", ({ cacheNodes }) => cacheNodes),
  logs: metric("bytes", "logs per day", ({ telemetry }) => telemetry.logBytesPerDay),
  cost: metric("per hour", "cost of everything", ({ cost }) => cost?.perHour),
  overlapCost: metric("per hour", "cost of the second version", ({ cost }) => cost?.overlapPerHour),
  firstBottleneck: metric(
    "",
    "what is full first",
    (point, inputs) => firstBottleneck(inputs, point)?.resource,
  ),
  fullAtUsers: metric(
    "users",
    "users at which the first bottleneck is full",
    (point, inputs) => firstBottleneck(inputs, point)?.fullAtUsers,
  ),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

/** A value in a table: with its unit where the heading doesn't say it. */
export function formatMetric(name: MetricName, value: number | string | undefined): string {
  if (value === undefined) return "not given";
  if (typeof value === "string") return value;
  if (metrics[name].unit.startsWith("bytes")) return formatBytes(value);
  return formatNumber(value);
}
