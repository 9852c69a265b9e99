import type { Version } from "../../base/version.ts";
import type { RunResult, SecondResult, TaintedWindow } from "../../result/schema.ts";

type VersionSecond = NonNullable<SecondResult["versions"][Version]>;

/**
 * Which share of a version's requests, at the least, took longer than a limit in the seconds in which the
 * generator was on time. Seconds keep percentiles and not every time, so it is a lower bound.
 *
 * @returns 0 to 1; 0 when no second was clean
 */
export function slowShareInCleanSeconds(
  { seconds, validity }: RunResult,
  version: Version,
  limitMs: number,
): number {
  const clean = seconds.flatMap((second) => {
    const asked = second.versions[version];
    return asked === undefined || second.second < 0 || isTainted(second, validity.windows ?? [])
      ? []
      : [asked];
  });
  const requests = clean.reduce((sum, { scheduled }) => sum + scheduled, 0);
  const slow = clean.reduce((sum, second) => sum + slowAtLeast(second, limitMs), 0);
  return requests === 0 ? 0 : slow / requests;
}

function isTainted({ second }: SecondResult, windows: readonly TaintedWindow[]): boolean {
  return windows.some(({ startMs, endMs }) => startMs < (second + 1) * 1000 && endMs > second * 1000);
}

/** A percentile above the limit says how many requests are, at the least. `null`: they were never answered. */
function slowAtLeast({ scheduled, p50Ms, p90Ms, p99Ms, maxMs }: VersionSecond, limitMs: number): number {
  const isAbove = (ms: number | null | undefined) => ms === null || (ms !== undefined && ms > limitMs);
  if (isAbove(p50Ms)) return scheduled * 0.5;
  if (isAbove(p90Ms)) return scheduled * 0.1;
  if (isAbove(p99Ms)) return scheduled * 0.01;
  return isAbove(maxMs) ? 1 : 0;
}
