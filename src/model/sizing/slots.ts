import { formatDurationMs, formatShare } from "../../base/units.ts";
import { smallestWhole } from "../queueing/erlang.ts";
import { decreasingCrossing } from "../queueing/mmc.ts";
import { type ServiceLaw, serviceExceeds } from "../queueing/service-law.ts";
import { poolResponseExceeds, poolWaitExceeds, type ServerPool } from "./balancing.ts";

/** At least a share `quantile` of requests is answered (or begun, for `wait`) within `limitMs`. */
export type LatencyTarget = {
  readonly of: "response" | "wait";
  readonly quantile: number;
  readonly limitMs: number;
};

/** A count, or why no count is enough. */
export type ServerCount = { readonly servers: number } | { readonly impossible: string };

export type SlotDemand = Omit<ServerPool, "servers">;

/**
 * The fewest servers whose slots keep every latency target.
 *
 * @param demand - the load and one server; the rate in 1/ms
 * @param targets - all must hold
 *
 * Source: bisection; every model of balancing.ts gets better with each server added.
 */
export function serversForLatency(demand: SlotDemand, targets: readonly LatencyTarget[]): ServerCount {
  const impossible = targets.map((target) => whyImpossible(demand, target)).find(Boolean);
  if (impossible !== undefined) return { impossible };
  const erlangs = demand.ratePerMs * demand.service.meanMs;
  const stable = Math.floor(erlangs / demand.slots) + 1;
  if (demand.balancing === "random" || demand.balancing === "powerOfTwo") {
    const perServer = Math.min(...targets.map((target) => largestErlangsPerServer(demand, target)));
    return { servers: Math.max(stable, Math.ceil((erlangs / perServer) * (1 - 1e-8))) };
  }
  return {
    servers: smallestWhole(stable, (servers) =>
      targets.every((target) => exceeds({ ...demand, servers }, target) <= 1 - target.quantile),
    ),
  };
}

/** The share of requests that miss the target. */
export function exceeds(pool: ServerPool, { of, limitMs }: LatencyTarget): number {
  return of === "response" ? poolResponseExceeds(pool, limitMs) : poolWaitExceeds(pool, limitMs);
}

/** The time that a share `quantile` of responses stays within. */
export function poolResponseQuantileMs(pool: ServerPool, quantile: number): number {
  return decreasingCrossing((ms) => poolResponseExceeds(pool, ms), 1 - quantile, pool.service.meanMs || 1);
}

/** Without any queue at all, the service alone may already be too slow. */
function whyImpossible({ service }: SlotDemand, target: LatencyTarget): string | undefined {
  if (target.of === "wait") return undefined;
  const alone = service.exponential
    ? Math.exp(-target.limitMs / service.meanMs)
    : serviceExceeds(service, target.limitMs);
  if (service.meanMs === 0 || alone < 1 - target.quantile) return undefined;
  return (
    `no number of servers is enough, because ${formatShare(alone)} of the requests take longer than ` +
    `${formatDurationMs(target.limitMs)} in service alone, without any wait; ` +
    `the target allows ${formatShare(1 - target.quantile)}`
  );
}

/** Where servers don't share their queues, what one server may be offered doesn't depend on their number. */
function largestErlangsPerServer({ service, slots, balancing }: SlotDemand, target: LatencyTarget): number {
  if (service.meanMs === 0) return Number.POSITIVE_INFINITY;
  const key = `${balancing} ${slots} ${target.of} ${target.quantile} ${target.limitMs}`;
  const answers = known.get(service) ?? new Map<string, number>();
  known.set(service, answers);
  const before = answers.get(key);
  if (before !== undefined) return before;
  const pool = { service, slots, balancing, servers: 1 };
  const erlangs = largestRatePerMs(pool, [target]) * service.meanMs;
  answers.set(key, erlangs);
  return erlangs;
}

/** A sweep asks the same of the same law thousands of times; the answers live as long as the law. */
const known = new WeakMap<ServiceLaw, Map<string, number>>();

/** The highest rate, per ms, at which a pool keeps every target; by bisection to `precision`, on the safe side. */
export function largestRatePerMs(
  pool: Omit<ServerPool, "ratePerMs">,
  targets: readonly LatencyTarget[],
  precision = 1e-9,
): number {
  const { meanMs } = pool.service;
  if (meanMs === 0) return Number.POSITIVE_INFINITY;
  let meets = 0;
  let misses = (pool.servers * pool.slots) / meanMs;
  for (let halvings = 0; halvings < 50 && misses - meets > misses * precision; halvings++) {
    const ratePerMs = (meets + misses) / 2;
    const isMet = targets.every((target) => exceeds({ ...pool, ratePerMs }, target) <= 1 - target.quantile);
    if (isMet) meets = ratePerMs;
    else misses = ratePerMs;
  }
  return meets;
}
