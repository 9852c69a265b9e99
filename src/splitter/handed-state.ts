import { systemClock } from "../base/clock.ts";
import { type PerVersion, type Version, versions } from "../base/version.ts";
import type { BreakerState } from "../rollout/breaker.ts";
import type { AddressRecord } from "../rollout/ejection.ts";
import type { CheckRow, HealthBook } from "./health-book.ts";
import type { Protection } from "./protection.ts";
import type { Router, SplitInForce } from "./router.ts";
import type { Upstream, UpstreamPool } from "./upstream-pool.ts";

/** Raised with every change of `HandedState`. */
export const handedStateVersion = 1;

/**
 * What a splitter process has learned and its successor would have to learn anew. Times are on the machine's clock,
 * which both share. Counts are told by each for itself.
 */
export type HandedState = {
  readonly version: typeof handedStateVersion;
  readonly split: SplitInForce;
  readonly upstreams: readonly HandedUpstream[];
  readonly breaker: BreakerState | undefined;
  readonly sources: HandedSources;
};

/** An address, by what the health checks and its requests say. */
type HandedUpstream = {
  readonly service: Version;
  readonly url: string;
  readonly isHealthy: boolean;
  readonly connectFailuresInARow: number;
  readonly checks: CheckRow;
  readonly ejection: HandedEjection | undefined;
};

/** `untilMs` where it is left alone at the time. */
export type HandedEjection = { readonly record: AddressRecord; readonly untilMs: number | undefined };

/** What was last read where the share is followed: only what comes after it is a change. */
export type HandedSources = {
  readonly fileText: string | undefined;
  readonly etcdRevision: string | undefined;
};

type Parts = {
  readonly router: Router;
  readonly pools: PerVersion<UpstreamPool>;
  readonly health: HealthBook;
  readonly protection: Protection;
};

type RouteTo = (version: Version, urls: readonly string[]) => void;

export function handedState(
  { router, pools, health, protection }: Parts,
  sources: HandedSources,
): HandedState {
  const byMs = machineMinusProcessMs();
  const upstreams = versions.flatMap((service) =>
    pools[service].upstreams.map((upstream) => ({
      service,
      url: upstream.address.url,
      isHealthy: upstream.isHealthy,
      connectFailuresInARow: upstream.connectFailuresInARow,
      checks: health.checksOf(upstream),
      ejection: shiftEjection(protection.ejectionOf(upstream), byMs),
    })),
  );
  const breaker = protection.breakerState && shiftBreaker(protection.breakerState, byMs);
  return { version: handedStateVersion, split: router.inForce, upstreams, breaker, sources };
}

/** @returns undefined where another version of this program wrote it, or there is none */
export function readHandedState(given: unknown): HandedState | undefined {
  if (typeof given !== "object" || given === null || !("version" in given)) return undefined;
  return given.version === handedStateVersion ? (given as HandedState) : undefined;
}

/**
 * Goes on where the process before stopped.
 *
 * @param parts - `routeTo` sends a version's requests to the addresses that it has now
 * @returns a sentence about what was taken over
 */
export function takeOver(
  state: HandedState,
  { router, pools, health, protection, routeTo }: Parts & { readonly routeTo: RouteTo },
): string {
  const byMs = -machineMinusProcessMs();
  router.restore(state.split);
  for (const version of versions) {
    routeTo(
      version,
      state.upstreams.filter(({ service }) => service === version).map(({ url }) => url),
    );
  }
  let outCount = 0;
  for (const handed of state.upstreams) {
    const { service, url, checks } = handed;
    const upstream = pools[service].upstreams.find(({ address }) => address.url === url);
    if (upstream === undefined) continue;
    restoreHealth(upstream, handed);
    health.restoreChecks(upstream, checks);
    const ejection = shiftEjection(handed.ejection, byMs);
    if (ejection !== undefined) protection.restoreEjection(service, upstream, ejection);
    if (!upstream.isUsable) outCount++;
  }
  if (state.breaker !== undefined) protection.restoreBreaker(shiftBreaker(state.breaker, byMs));
  const breaker = state.breaker === undefined ? "" : `, the breaker ${state.breaker.phase}`;
  return `went on from the process before: ${outCount} of ${state.upstreams.length} addresses out${breaker}`;
}

function restoreHealth(upstream: Upstream, handed: HandedUpstream): void {
  upstream.isHealthy = handed.isHealthy;
  upstream.connectFailuresInARow = handed.connectFailuresInARow;
}

/** Deadlines and breakers count from the start of their process. */
function machineMinusProcessMs(): number {
  return systemClock.nowMs() - performance.now();
}

function shiftEjection(ejection: HandedEjection | undefined, byMs: number): HandedEjection | undefined {
  if (ejection === undefined) return undefined;
  const { record, untilMs } = ejection;
  return {
    record: { ...record, windowStartMs: record.windowStartMs + byMs },
    untilMs: untilMs === undefined ? undefined : untilMs + byMs,
  };
}

function shiftBreaker(state: BreakerState, byMs: number): BreakerState {
  const slices = state.slices.map((slice) => ({ ...slice, startMs: slice.startMs + byMs }));
  return { ...state, slices, openedAtMs: state.openedAtMs + byMs };
}
