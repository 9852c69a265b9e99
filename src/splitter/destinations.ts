import { systemClock } from "../base/clock.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { Head } from "../wire/head.ts";
import { Comparer } from "./comparing/comparer.ts";
import type { Counters } from "./counters.ts";
import type { Deadlines } from "./deadlines.ts";
import type { SplitterConfig, SplitterEvent } from "./messages.ts";
import { Mirror } from "./mirror.ts";
import type { Router } from "./router.ts";
import { UpstreamPool } from "./upstream-pool.ts";

/** Where requests go, and where copies of them go, over connections of their own. */
export type Destinations = {
  readonly pools: PerVersion<UpstreamPool>;
  readonly mirror: Mirror | undefined;
  readonly comparer: Comparer | undefined;
  /** Gives a version other addresses, for copies too. */
  routeTo(version: Version, urls: readonly string[]): void;
  /** Closes connections that have carried nothing for as long as they may. */
  closeAged(): void;
  /** @param compareMs - how long comparisons under way may take */
  stop(compareMs: number): Promise<void>;
};

type Shares = {
  readonly router: Router;
  readonly counters: Counters;
  readonly deadlines: Deadlines;
  readonly report: (event: SplitterEvent) => void;
};

/** @throws UserError when an upstream is no plain http URL */
export function openDestinations(config: SplitterConfig, shares: Shares): Destinations {
  const { limits } = config;
  const { deadlines } = shares;
  const read = { head: new Head(limits.wire), deadlines };
  const pools = perVersion((version) =>
    poolFor(version, limits.maxConnectionsPerUpstream, limits.maxWaiting),
  );
  const mirror = openMirror();
  const comparer = openComparer();
  return { pools, mirror, comparer, routeTo, closeAged, stop };

  function poolFor(version: Version, maxConnectionsPerUpstream: number, maxWaiting: number): UpstreamPool {
    const target = { urls: config.upstreams[version], hostHeader: config.hostHeaders?.[version] };
    return new UpstreamPool(target, read, { wire: limits.wire, maxConnectionsPerUpstream, maxWaiting });
  }

  function openMirror(): Mirror | undefined {
    const plan = config.mirror;
    if (plan === undefined) return undefined;
    const isTargetUp = () => pools[plan.to].isHealthy;
    return new Mirror(plan, poolFor(plan.to, plan.maxInFlight, 0), { ...shares, isTargetUp });
  }

  function openComparer(): Comparer | undefined {
    if (config.compare === undefined) return undefined;
    const { plan, endpoints } = config.compare;
    return new Comparer(plan, {
      endpoints,
      router: shares.router,
      deadlines,
      makePool: (version, maxConnections) => poolFor(version, maxConnections, 0),
      isUp: (version) => pools[version].isHealthy,
      onGone: (reason) =>
        shares.report({ atMs: systemClock.nowMs(), kind: "compare-stopped", version: undefined, reason }),
    });
  }

  function routeTo(version: Version, urls: readonly string[]): void {
    pools[version].setUpstreams(urls);
    if (mirror?.plan.to === version) mirror.pool.setUpstreams(urls);
    comparer?.setUpstreams(version, urls);
  }

  function closeAged(): void {
    const beforeMs = deadlines.nowMs - limits.upstreamIdleTimeoutMs;
    const ofCopies = [mirror?.pool, comparer?.pools.old, comparer?.pools.new];
    for (const pool of [pools.old, pools.new, ...ofCopies]) pool?.closeIdleSince(beforeMs);
  }

  async function stop(compareMs: number): Promise<void> {
    mirror?.stop();
    await comparer?.stop(compareMs);
    pools.old.destroy();
    pools.new.destroy();
  }
}
