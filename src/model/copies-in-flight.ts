import { perVersion, type Version } from "../base/version.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import type { ModelInputs } from "./inputs.ts";
import { allCopiesShare } from "./load.ts";
import { forkJoinOfTwo } from "./queueing/fork-join.ts";
import { everything, versionLoad } from "./server-tier.ts";
import { poolMeanResponseMs } from "./sizing/balancing.ts";

/** Copies that the gateways keep under way at the peak. */
export type CopiesInFlight = {
  readonly copiesPerSecond: number;
  /** How long each is held: until it is answered, or until both answers are there to be compared. */
  readonly heldMs: number;
  readonly isCompared: boolean;
  /** Mean response and utilisation of the slower version. */
  readonly responseMs: number;
  readonly utilisation: number;
  readonly inFlight: number;
  readonly limit: number;
};

/**
 * Where copies are compared with their originals, both answers are awaited: fork and join.
 *
 * @returns undefined without copies, and where nothing says how long a service works
 *
 * Source: Little's law; Nelson and Tantawi (1988) for the longer of two responses, (12 − ρ)/8 of one.
 */
export function copiesInFlight(inputs: ModelInputs, point: CapacityPoint): CopiesInFlight | undefined {
  const { copies, split } = inputs;
  if (copies === undefined || split.mirrorTo === undefined) return undefined;
  const copiesPerSecond = everything(inputs, point.load).ratePerSecond * allCopiesShare(inputs);
  const pools = perVersion((version) => poolAnswer(inputs, point, version));
  const copied = pools[split.mirrorTo];
  if (copied === undefined || pools.old === undefined || pools.new === undefined) return undefined;
  const slower = pools.old.responseMs > pools.new.responseMs ? pools.old : pools.new;
  const { responseMs, utilisation } = copies.isCompared ? slower : copied;
  // Its mean response is S ÷ (1 − ρ) by definition of S, whatever the number of slots.
  const heldMs = copies.isCompared ? forkJoinOfTwo(utilisation, responseMs * (1 - utilisation)) : responseMs;
  return {
    copiesPerSecond,
    heldMs,
    isCompared: copies.isCompared,
    responseMs,
    utilisation,
    inFlight: (copiesPerSecond * heldMs) / 1000,
    limit: point.gateways * copies.maxInFlight,
  };
}

function poolAnswer(inputs: ModelInputs, { load, servers }: CapacityPoint, version: Version) {
  const { law, slotsPerServer } = inputs.services[version];
  if (law === undefined) return undefined;
  const pool = {
    ratePerMs: versionLoad(inputs, load, version).ratePerSecond / 1000,
    service: law,
    servers: servers[version],
    slots: slotsPerServer,
    balancing: inputs.capacity.loadBalancing,
  };
  const utilisation = (pool.ratePerMs * law.meanMs) / (pool.servers * pool.slots);
  return utilisation >= 1 ? undefined : { responseMs: poolMeanResponseMs(pool), utilisation };
}
