import { type Version, versions } from "../base/version.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import type { ModelInputs } from "./inputs.ts";
import { attemptsPerRequest, retryFixedPoint } from "./queueing/retries.ts";
import { requestRate } from "./server-tier.ts";

/** What retries do to the version that they endanger most. */
export type RetryStorm = {
  readonly version: Version;
  readonly requestsPerSecond: number;
  /** What its servers answer in time. */
  readonly capacityPerSecond: number;
  readonly errorShare: number;
  /** Attempts per second that come about from an idle system, and from an overloaded one. */
  readonly calmPerSecond: number;
  readonly stormyPerSecond: number;
  /** Both can last at this load: an overload then stays after its cause is gone. */
  readonly metastable: boolean;
  /** From so many users on an overload stays; the load must fall below to end it. */
  readonly fromUsers: number;
  /** From so many on there is nothing but overload. */
  readonly toUsers: number;
};

/**
 * Retries as a fixed point: attempts make failures, failures make attempts.
 *
 * Below what the servers can do only the service's own errors fail, from there on every attempt comes too late.
 *
 * @returns undefined without retries, and where nothing says what a server can do
 *
 * Source: fixed point from below and from above; the fluid limit, in which queues short of saturation are far
 * shorter than the timeout.
 */
export function retryStorm(inputs: ModelInputs, point: CapacityPoint): RetryStorm | undefined {
  const storms = versions.flatMap((version) => stormOf(inputs, point, version) ?? []);
  return storms.toSorted((left, right) => left.fromUsers - right.fromUsers)[0];
}

function stormOf(inputs: ModelInputs, point: CapacityPoint, version: Version): RetryStorm | undefined {
  const { retries: law } = inputs;
  const capacityPerSecond = capacityOf(inputs, point, version);
  const requestsPerSecond = requestRate(inputs, point.load, version);
  if (law === undefined || capacityPerSecond === undefined || requestsPerSecond === 0) return undefined;
  const errorShare = law.errorShare[version];
  const { calm, stormy, metastable } = retryFixedPoint({
    ratePerSecond: requestsPerSecond,
    retries: law.retries,
    failureShare: (attempts) => (attempts >= capacityPerSecond ? 1 : errorShare),
  });
  const usersAt = (ratePerSecond: number) => (point.load.users * ratePerSecond) / requestsPerSecond;
  return {
    version,
    requestsPerSecond,
    capacityPerSecond,
    errorShare,
    calmPerSecond: calm.attemptsPerSecond,
    stormyPerSecond: stormy.attemptsPerSecond,
    metastable,
    fromUsers: usersAt(capacityPerSecond / (law.retries + 1)),
    toUsers: usersAt(capacityPerSecond / attemptsPerRequest(errorShare, law.retries)),
  };
}

/** The fewest of: slots ÷ service time, cores ÷ CPU time; or what was measured. Per second. */
function capacityOf(inputs: ModelInputs, { servers }: CapacityPoint, version: Version): number | undefined {
  const { law, slotsPerServer, cpuMsPerRequest } = inputs.services[version];
  const count = servers[version];
  const measured = inputs.measured[version];
  if (measured !== undefined) return count * measured.ratePerServer;
  if (law === undefined || law.meanMs === 0) return undefined;
  const bySlots = (count * slotsPerServer * 1000) / law.meanMs;
  if (cpuMsPerRequest === 0) return bySlots;
  return Math.min(bySlots, (count * inputs.capacity.coresPerServer * 1000) / cpuMsPerRequest);
}
