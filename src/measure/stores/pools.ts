import { formatNumber } from "../../base/units.ts";
import { type PerVersion, perVersion, type Version, versions } from "../../base/version.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RunStores } from "./real-stores.ts";
import { secondWriterConnections } from "./store-places.ts";

/** Ours is a connection for each database's checker, watch and preparation. */
const ownConnections = 3;

/**
 * All connections that the run may open to one server: every mock's pool, its second writer's where there are two
 * databases, and ours.
 */
export function connectionsNeeded(plan: RunPlan): number {
  const real = plan.stores.database?.real;
  if (real === undefined) return 0;
  const replicas = perVersion((version) => {
    const { target } = plan.services[version];
    return target.kind === "mock" ? target.mock.replicas : 0;
  });
  const isShared = plan.stores.database?.topology === "shared";
  const pools = versions.map((version) => replicas[version] * real.poolSize);
  if (isShared) return pools.reduce((sum, pool) => sum + pool, 0) + ownConnections;
  const larger = Math.max(
    ...versions.map((version, index) => (pools[index] ?? 0) + secondWriters(replicas, version)),
  );
  return larger + ownConnections;
}

function secondWriters(replicas: PerVersion<number>, version: Version): number {
  return replicas[version === "old" ? "new" : "old"] * secondWriterConnections;
}

/** What all pools together may want, against what the server gives: known before the first request is refused. */
export function poolSentence(plan: RunPlan, { maxConnections }: RunStores): string {
  const needed = connectionsNeeded(plan);
  const sum = `all pools together may open ${formatNumber(needed)} connections to a database`;
  return needed > maxConnections
    ? `${sum}, which accepts ${formatNumber(maxConnections)}: the last to ask will be refused`
    : `${sum}, which accepts ${formatNumber(maxConnections)}`;
}
