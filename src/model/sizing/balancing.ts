import { assertNever } from "../../base/invariant.ts";
import type { CapacityPlan } from "../../scenario/capacity-plan.ts";
import { erlangC } from "../queueing/erlang.ts";
import { ggcMeanWait, mgcMeanWait } from "../queueing/mgc.ts";
import { exponentialResponseExceeds } from "../queueing/mmc.ts";
import { powerOfTwoFound } from "../queueing/power-of-two.ts";
import { responseExceeds, type ServiceLaw, type WaitLaw } from "../queueing/service-law.ts";

export type LoadBalancing = CapacityPlan["loadBalancing"];

/** Equal servers with `slots` each; every request takes one slot. Times in ms, the rate per ms. */
export type ServerPool = {
  readonly ratePerMs: number;
  readonly service: ServiceLaw;
  readonly servers: number;
  readonly slots: number;
  readonly balancing: LoadBalancing;
};

/**
 * The share of requests whose response takes longer than `timeMs`, 1 where the servers can't keep up.
 *
 * `pooled` is one queue for all slots. `random` gives every server its own queue and a Poisson share, and
 * `roundRobin` the same with steadier gaps (squared variation 1/servers). `powerOfTwo` takes the better of two
 * servers, in the limit of many. `leastConnections` waits as rarely as a pool, but behind one server's slots.
 */
export function poolResponseExceeds(pool: ServerPool, timeMs: number): number {
  return pooledExceeds(pool, timeMs, responseTail);
}

/** The share of requests that wait longer than `timeMs` before a slot takes them. */
export function poolWaitExceeds(pool: ServerPool, timeMs: number): number {
  return pooledExceeds(pool, timeMs, waitTail);
}

/**
 * Mean time from coming to being answered.
 *
 * @param pool - one that keeps up with its load
 */
export function poolMeanResponseMs(pool: ServerPool): number {
  if (pool.service.meanMs === 0) return 0;
  return pool.service.meanMs + waitLaw(pool).meanWaitMs;
}

type Tail = (service: ServiceLaw, wait: WaitLaw, timeMs: number) => number;

function pooledExceeds(pool: ServerPool, timeMs: number, tail: Tail): number {
  const { service, ratePerMs, servers, slots } = pool;
  if (ratePerMs * service.meanMs >= servers * slots) return 1;
  if (service.meanMs === 0) return 0;
  if (pool.balancing === "powerOfTwo") return powerOfTwoExceeds(pool, timeMs, tail);
  return tail(service, waitLaw(pool), timeMs);
}

function responseTail(service: ServiceLaw, wait: WaitLaw, timeMs: number): number {
  if (!service.exponential) return responseExceeds(service, wait, timeMs);
  const { waitProbability, meanWaitMs } = wait;
  const drain = meanWaitMs > 0 ? (waitProbability * service.meanMs) / meanWaitMs : 1e12;
  return exponentialResponseExceeds({ waitProbability, drain }, timeMs / service.meanMs);
}

function waitTail(_service: ServiceLaw, { waitProbability, meanWaitMs }: WaitLaw, timeMs: number): number {
  if (waitProbability === 0 || meanWaitMs === 0) return 0;
  return waitProbability * Math.exp((-timeMs * waitProbability) / meanWaitMs);
}

/** Who waits, and how long on average over all requests. */
function waitLaw({ balancing, ratePerMs, service, servers, slots }: ServerPool): WaitLaw {
  const { meanMs, scv } = service;
  switch (balancing) {
    case "pooled":
    case "powerOfTwo":
      return sharedQueue(ratePerMs, service, servers * slots);
    case "random":
      return sharedQueue(ratePerMs / servers, service, slots);
    case "roundRobin": {
      const queue = { rate: ratePerMs / servers, serviceTime: meanMs, servers: slots, scv };
      const poisson = erlangC(slots, queue.rate * meanMs);
      const random = mgcMeanWait(queue);
      const meanWaitMs = ggcMeanWait({ ...queue, arrivalScv: 1 / servers });
      // Steadier gaps make waits rarer in the proportion in which they make them shorter on average.
      const waitProbability = random === 0 ? 0 : poisson * Math.sqrt(meanWaitMs / random);
      return { waitProbability, meanWaitMs };
    }
    case "leastConnections":
      return leastConnections(sharedQueue(ratePerMs, service, servers * slots), { service, servers, slots });
    default:
      return assertNever(balancing);
  }
}

/**
 * As rare a wait as in one queue, but behind one server's slots: half a slot's turn longer, and at least one.
 *
 * Source: fitted to simulations of 1 to 100 servers with 1 to 16 slots at 50 to 95 % utilisation, where the
 * 99th percentile of the response comes out 7 % low to 16 % high, and within 4 % from four slots on.
 */
function leastConnections(
  pooled: WaitLaw,
  { service, servers, slots }: Pick<ServerPool, "service" | "servers" | "slots">,
): WaitLaw {
  if (servers === 1 || pooled.waitProbability === 0) return pooled;
  const turnMs = (service.meanMs * (1 + service.scv)) / 2 / slots;
  const { waitProbability, meanWaitMs } = pooled;
  return {
    waitProbability,
    meanWaitMs: Math.max(waitProbability * turnMs, meanWaitMs + (waitProbability * turnMs) / 2),
  };
}

function sharedQueue(ratePerMs: number, { meanMs, scv }: ServiceLaw, slots: number): WaitLaw {
  const waitProbability = erlangC(slots, ratePerMs * meanMs);
  return {
    waitProbability,
    meanWaitMs: mgcMeanWait({ rate: ratePerMs, serviceTime: meanMs, servers: slots, scv }),
  };
}

/** A request that finds k ≥ slots others waits for k − slots + 1 departures of its server. */
function powerOfTwoExceeds(pool: ServerPool, timeMs: number, tail: Tail): number {
  const { ratePerMs, service, servers, slots } = pool;
  const found = powerOfTwoFound((ratePerMs * service.meanMs) / servers, slots);
  const departureMs = (service.meanMs * (1 + service.scv)) / 2 / slots;
  let waitProbability = 0;
  let meanWaitMs = 0;
  for (let level = slots; level < found.length; level++) {
    waitProbability += found[level] ?? 0;
    meanWaitMs += (found[level] ?? 0) * (level - slots + 1) * departureMs;
  }
  return tail(service, { waitProbability, meanWaitMs }, timeMs);
}
