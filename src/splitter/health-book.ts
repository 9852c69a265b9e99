import { systemClock } from "../base/clock.ts";
import type { PerVersion, Version } from "../base/version.ts";
import type { HealthPlan } from "../scenario/service-plan.ts";
import type { SplitterEvent } from "./messages.ts";
import type { Upstream, UpstreamPool } from "./upstream-pool.ts";

/** Health checks in a row. */
export type CheckRow = { readonly passed: number; readonly failed: number };

type OpenRow = { -readonly [name in keyof CheckRow]: number };

/**
 * Which upstreams are held to be healthy. Two things take one out: failed health checks in a row (active), and
 * connections refused in a row (passive, faster under load). Only passed health checks bring one back.
 */
export class HealthBook {
  readonly #plans: PerVersion<HealthPlan>;
  readonly #pools: PerVersion<UpstreamPool>;
  readonly #report: (event: SplitterEvent) => void;
  readonly #connectFailuresUntilUnhealthy: number;
  readonly #rows = new WeakMap<Upstream, OpenRow>();

  constructor(
    plans: PerVersion<HealthPlan>,
    pools: PerVersion<UpstreamPool>,
    options: {
      readonly connectFailuresUntilUnhealthy: number;
      readonly report: (event: SplitterEvent) => void;
    },
  ) {
    this.#plans = plans;
    this.#pools = pools;
    this.#connectFailuresUntilUnhealthy = options.connectFailuresUntilUnhealthy;
    this.#report = options.report;
  }

  connected(upstream: Upstream | undefined): void {
    if (upstream !== undefined) upstream.connectFailuresInARow = 0;
  }

  connectFailed(version: Version, upstream: Upstream | undefined, detail: string): void {
    if (upstream === undefined) return;
    upstream.connectFailuresInARow++;
    const failures = upstream.connectFailuresInARow;
    if (failures < this.#connectFailuresUntilUnhealthy) return;
    this.#markUnhealthy(version, upstream, `${failures} connections in a row failed: ${detail}`);
  }

  /** @param failure - why the check failed; undefined where it passed */
  checked(version: Version, upstream: Upstream, failure: string | undefined): void {
    const row = this.#rowOf(upstream);
    const plan = this.#plans[version];
    if (failure !== undefined) {
      row.passed = 0;
      row.failed++;
      if (row.failed < plan.unhealthyAfter) return;
      this.#markUnhealthy(version, upstream, `${row.failed} health checks in a row failed: ${failure}`);
      return;
    }
    row.failed = 0;
    row.passed++;
    if (row.passed >= plan.healthyAfter) this.#markHealthy(version, upstream, row.passed);
  }

  checksOf(upstream: Upstream): CheckRow {
    return { ...this.#rowOf(upstream) };
  }

  /** Goes on from what another process had counted. */
  restoreChecks(upstream: Upstream, checks: CheckRow): void {
    this.#rows.set(upstream, { ...checks });
  }

  #markUnhealthy(version: Version, upstream: Upstream, reason: string): void {
    if (!upstream.isHealthy) return;
    upstream.isHealthy = false;
    this.#rowOf(upstream).passed = 0;
    this.#tell("unhealthy", version, upstream, reason);
    for (const connection of [...upstream.idle]) connection.destroy();
    for (const connection of [...upstream.busy]) connection.user?.onUpstreamOut();
  }

  #markHealthy(version: Version, upstream: Upstream, passed: number): void {
    if (upstream.isHealthy) return;
    upstream.isHealthy = true;
    upstream.connectFailuresInARow = 0;
    this.#tell("healthy", version, upstream, `${passed} health checks in a row passed`);
  }

  #tell(kind: "healthy" | "unhealthy", version: Version, upstream: Upstream, reason: string): void {
    const isAlone = this.#pools[version].upstreams.length === 1;
    const where = isAlone ? "" : `${upstream.address.url}: `;
    this.#report({ atMs: systemClock.nowMs(), kind, version, reason: `${where}${reason}` });
  }

  #rowOf(upstream: Upstream): OpenRow {
    const known = this.#rows.get(upstream);
    if (known !== undefined) return known;
    const row = { passed: 0, failed: 0 };
    this.#rows.set(upstream, row);
    return row;
  }
}
