import type { RunPlan } from "../../scenario/plan.ts";
import { costPerHour, type Machines } from "../cost.ts";
import { storeLoad } from "../data-tier.ts";
import type { ModelInputs } from "../inputs.ts";
import { systemLoad, withoutCopies } from "../load.ts";
import { shiftedLaw } from "../queueing/service-law.ts";
import { bindingNeed, versionNeeds } from "../server-needs.ts";
import { everything, wholeServers } from "../server-tier.ts";

export type MigrationPlan = NonNullable<RunPlan["migration"]>;

/** The system after a number of services have left the monolith, at one user count. */
export type MigrationStep = {
  readonly users: number;
  /** Services moved so far; 0 is the monolith alone. */
  readonly moved: number;
  /** The one moved last; absent for the monolith alone. */
  readonly name: string | undefined;
  /** Share of the users' requests that moved services answer. */
  readonly trafficShare: number;
  readonly internalCallsPerSecond: number;
  readonly internalBytesPerSecond: number;
  /** Time that calls between services add to the mean request. */
  readonly addedMs: number;
  readonly monolithServers: number;
  readonly serviceServers: number;
  /** Queries per second of the shared database, and of each own one. */
  readonly databases: readonly DatabaseLoad[];
  readonly costPerHour: number | undefined;
};

export type DatabaseLoad = {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  /** Of the limit of one primary; absent where none is stated. */
  readonly utilisation: number | undefined;
};

/** A step, or why no number of servers is enough for it. */
export type MigrationAnswer = { readonly step: MigrationStep } | { readonly impossible: string };

/**
 * The system at `users` when the first `moved` services of the plan stand alone.
 *
 * Requests, connections, reads and writes follow the share of traffic; each call between services holds a
 * slot of the caller for `callTime` more.
 */
export function migrationStep(
  inputs: ModelInputs,
  migration: MigrationPlan,
  { users, moved }: { readonly users: number; readonly moved: number },
): MigrationAnswer {
  const load = everything(inputs, systemLoad(inputs, users));
  const services = migration.services.slice(0, moved);
  const trafficShare = services.reduce((sum, service) => sum + service.trafficShare, 0);
  const calls = services.reduce((sum, service) => sum + service.trafficShare * service.callsPerRequest, 0);
  const part = (share: number) => ({
    ratePerSecond: load.ratePerSecond * share,
    connections: load.connections * share,
  });
  const monolith = servers(inputs, "old", part(Math.max(0, 1 - trafficShare)));
  if (typeof monolith === "string") return { impossible: `monolith: ${monolith}` };
  let serviceServers = 0;
  for (const { name, trafficShare: share, callsPerRequest } of services) {
    const slowed = slowedBy(inputs, callsPerRequest * migration.callTime);
    const count = servers(slowed, "new", part(share));
    if (typeof count === "string") return { impossible: `${name}: ${count}` };
    serviceServers += count;
  }
  const databases = databaseLoads(inputs, services, load.ratePerSecond);
  const isMonolithGone = trafficShare >= 1 - 1e-9;
  const monolithServers = isMonolithGone ? 0 : monolith;
  const machines = { servers: monolithServers + serviceServers, databaseNodes: databases.length };
  return {
    step: {
      users,
      moved,
      name: services.at(-1)?.name,
      trafficShare,
      internalCallsPerSecond: load.ratePerSecond * calls,
      internalBytesPerSecond: load.ratePerSecond * calls * migration.bytesPerCall,
      addedMs: calls * migration.callTime,
      monolithServers,
      serviceServers,
      databases,
      costPerHour: machinesPerHour(inputs, machines),
    },
  };
}

/** Price of servers and databases, the spares included; undefined where the scenario names no price. */
function machinesPerHour(
  { price, capacity }: ModelInputs,
  { servers, databaseNodes }: Pick<Machines, "servers" | "databaseNodes">,
): number | undefined {
  if (price === undefined) return undefined;
  const machines = { servers: servers + capacity.spareServers, gateways: 0, databaseNodes, cacheNodes: 0 };
  return costPerHour(price, machines, 0);
}

/** The shared database while anything needs it, then each own one. */
function databaseLoads(
  inputs: ModelInputs,
  services: MigrationPlan["services"],
  ratePerSecond: number,
): readonly DatabaseLoad[] {
  const limit = inputs.database?.limitPerSecond;
  const loadOf = (name: string, share: number): DatabaseLoad => {
    const { reads, writes } = storeLoad(withoutCopies(inputs), ratePerSecond * share) ?? {
      reads: 0,
      writes: 0,
    };
    return { name, reads, writes, utilisation: limit === undefined ? undefined : (reads + writes) / limit };
  };
  if (inputs.database === undefined) return [];
  const own = services.filter(({ ownDatabase }) => ownDatabase);
  const shared = 1 - own.reduce((sum, { trafficShare }) => sum + trafficShare, 0);
  return [
    ...(shared > 1e-9 ? [loadOf("shared", shared)] : []),
    ...own.map(({ name, trafficShare }) => loadOf(name, trafficShare)),
  ];
}

function servers(
  inputs: ModelInputs,
  version: "old" | "new",
  load: { readonly ratePerSecond: number; readonly connections: number },
): number | string {
  const { needs, impossible } = versionNeeds(inputs, version, load);
  return impossible ?? Math.max(1, wholeServers(bindingNeed(needs)?.servers ?? 0));
}

function slowedBy(inputs: ModelInputs, extraMs: number): ModelInputs {
  const { new: fresh } = inputs.services;
  if (fresh.law === undefined || extraMs === 0) return inputs;
  const slowed = { ...fresh, law: shiftedLaw(fresh.law, extraMs) };
  return { ...inputs, services: { ...inputs.services, new: slowed } };
}
