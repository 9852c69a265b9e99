import { assertNever } from "../base/invariant.ts";
import type { Version } from "../base/version.ts";
import type { ModelInputs } from "./inputs.ts";
import type { VersionLoad } from "./load.ts";
import { largestRatePerMs, serversForLatency } from "./sizing/slots.ts";

/** Everything that can make a server full; in the order in which ties are named. */
export const serverConstraints = [
  "connections",
  "measured rate",
  "response time",
  "utilisation",
  "CPU",
  "network",
  "memory",
] as const;
export type ServerConstraint = (typeof serverConstraints)[number];

/** Servers that one version needs for one constraint; a fraction, where a server can be shared. */
export type Need = { readonly constraint: ServerConstraint; readonly servers: number };

/** Needs of one version, or why no number of servers is enough. */
export type VersionNeeds = { readonly needs: readonly Need[]; readonly impossible: string | undefined };

/** What one version needs to carry `load`; constraints that nothing in the scenario speaks of are left out. */
export function versionNeeds(inputs: ModelInputs, version: Version, load: VersionLoad): VersionNeeds {
  const needs: Need[] = [];
  for (const constraint of serverConstraints) {
    const servers = need(inputs, version, load, constraint);
    if (typeof servers === "string") return { needs, impossible: `${version}: ${servers}` };
    if (servers !== undefined) needs.push({ constraint, servers });
  }
  return { needs, impossible: undefined };
}

/** The largest need; the first of equals. */
export function bindingNeed(needs: readonly Need[]): Need | undefined {
  let binding: Need | undefined;
  for (const candidate of needs) {
    if (binding === undefined || candidate.servers > binding.servers) binding = candidate;
  }
  return binding;
}

/** The highest rate at which `servers` of the version keep every promised response time, to four digits. */
export function largestRatePerSecond(
  { services, capacity, targets }: ModelInputs,
  version: Version,
  servers: number,
): number {
  const { law, slotsPerServer } = services[version];
  if (law === undefined || targets.length === 0) return Number.POSITIVE_INFINITY;
  const pool = { service: law, slots: slotsPerServer, balancing: capacity.loadBalancing, servers };
  return largestRatePerMs(pool, targets, 1e-4) * 1000;
}

/** A rate that was measured to keep the promises speaks of these as well, and knows better than a formula. */
const containedInMeasurement: ReadonlySet<ServerConstraint> = new Set([
  "response time",
  "utilisation",
  "CPU",
]);

function need(
  { capacity, services, targets, measured }: ModelInputs,
  version: Version,
  { ratePerSecond, connections }: VersionLoad,
  constraint: ServerConstraint,
): number | string | undefined {
  const found = measured[version];
  if (found !== undefined && containedInMeasurement.has(constraint)) return undefined;
  const { law, slotsPerServer, cpuMsPerRequest } = services[version];
  const cap = capacity.utilisationCap;
  switch (constraint) {
    case "connections":
      return connections / capacity.connectionsPerServer;
    case "measured rate":
      return found && ratePerSecond / (found.ratePerServer * cap);
    case "response time": {
      if (law === undefined || targets.length === 0) return undefined;
      const count = serversForLatency(
        {
          ratePerMs: ratePerSecond / 1000,
          service: law,
          slots: slotsPerServer,
          balancing: capacity.loadBalancing,
        },
        targets,
      );
      return "impossible" in count ? count.impossible : count.servers;
    }
    case "utilisation":
      if (law === undefined) return undefined;
      return ((ratePerSecond / 1000) * law.meanMs) / (slotsPerServer * cap);
    case "CPU":
      if (cpuMsPerRequest === 0) return undefined;
      return ((ratePerSecond / 1000) * cpuMsPerRequest) / (capacity.coresPerServer * cap);
    case "network":
      return (ratePerSecond * capacity.bytesPerRequest) / (capacity.networkBytesPerSecond * cap);
    case "memory":
      if (capacity.memoryBytes === undefined) return undefined;
      return (connections * capacity.memoryPerConnectionBytes) / (capacity.memoryBytes * cap);
    default:
      return assertNever(constraint);
  }
}
