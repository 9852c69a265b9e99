import { setTimeout as wait } from "node:timers/promises";
import { type PerVersion, type Version, versions } from "../base/version.ts";
import type { HealthPlan } from "../scenario/service-plan.ts";
import type { HealthBook } from "./health-book.ts";
import { probe } from "./probe.ts";
import type { UpstreamPool } from "./upstream-pool.ts";

/** Asks every upstream for its health page, at the interval of its version, until the signal. */
export async function runHealthChecks(
  plans: PerVersion<HealthPlan>,
  pools: PerVersion<UpstreamPool>,
  options: { readonly book: HealthBook; readonly signal: AbortSignal },
): Promise<void> {
  const { book, signal } = options;
  await Promise.all(versions.map((version) => checkVersion(version)));

  async function checkVersion(version: Version): Promise<void> {
    const plan = plans[version];
    const { path, timeoutMs } = plan;
    const below = plan.anyPage ? 500 : 300;
    while (!signal.aborted) {
      const checks = pools[version].upstreams.map(async (upstream) => {
        const failure = await probe(upstream.address, { path, below, timeoutMs, signal });
        if (!signal.aborted) book.checked(version, upstream, failure);
      });
      await Promise.all(checks);
      await wait(plan.intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
