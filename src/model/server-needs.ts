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
    const servers = needFor[constraint]({ inputs, version, load });
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

/** What is asked of one version. */
export type Asked = {
  readonly inputs: ModelInputs;
  readonly version: Version;
  readonly load: VersionLoad;
};

/** Servers, why no number of them is enough, or nothing where the scenario doesn't speak of the constraint. */
type NeedOf = (asked: Asked) => number | string | undefined;

/** A rate that was measured to keep the promises speaks of these as well, and knows better than a formula. */
const unlessMeasured =
  (need: NeedOf): NeedOf =>
  (asked) =>
    asked.inputs.measured[asked.version] === undefined ? need(asked) : undefined;

const needFor: Readonly<Record<ServerConstraint, NeedOf>> = {
  connections: ({ inputs, load }) => load.connections / inputs.capacity.connectionsPerServer,
  "measured rate": ({ inputs: { measured, capacity }, version, load }) => {
    const found = measured[version];
    return found && load.ratePerSecond / (found.ratePerServer * capacity.utilisationCap);
  },
  "response time": unlessMeasured(needForResponse),
  utilisation: unlessMeasured(({ inputs: { services, capacity }, version, load }) => {
    const { law, slotsPerServer } = services[version];
    if (law === undefined) return undefined;
    return ((load.ratePerSecond / 1000) * law.meanMs) / (slotsPerServer * capacity.utilisationCap);
  }),
  CPU: unlessMeasured(({ inputs: { services, capacity }, version, load }) => {
    const { cpuMsPerRequest } = services[version];
    if (cpuMsPerRequest === 0) return undefined;
    return (
      ((load.ratePerSecond / 1000) * cpuMsPerRequest) / (capacity.coresPerServer * capacity.utilisationCap)
    );
  }),
  network: ({ inputs: { capacity }, load }) =>
    (load.ratePerSecond * capacity.bytesPerRequest) /
    (capacity.networkBytesPerSecond * capacity.utilisationCap),
  memory: ({ inputs: { capacity }, load }) =>
    capacity.memoryBytes === undefined
      ? undefined
      : (load.connections * capacity.memoryPerConnectionBytes) /
        (capacity.memoryBytes * capacity.utilisationCap),
};

function needForResponse({ inputs, version, load }: Asked): number | string | undefined {
  const { capacity, services, targets } = inputs;
  const { law, slotsPerServer } = services[version];
  if (law === undefined || targets.length === 0) return undefined;
  const demand = {
    ratePerMs: load.ratePerSecond / 1000,
    service: law,
    slots: slotsPerServer,
    balancing: capacity.loadBalancing,
  };
  const count = serversForLatency(demand, targets);
  return "impossible" in count ? count.impossible : count.servers;
}
