import { type PerVersion, perVersion, versions } from "../../base/version.ts";
import { perMillion, type RunPlan } from "../../scenario/plan.ts";
import { RequestSource } from "../../simulate/engine/request-source.ts";
import { openArrivals } from "../../workload/arrivals.ts";

/**
 * The requests per second that a plan's seed schedules for each version in its measured part: the load is an input of a
 * prediction, and with the same seed it is known to the last request.
 *
 * @returns undefined for a closed load, which makes its rate by itself
 */
export function scheduledRates(plan: RunPlan): PerVersion<number> | undefined {
  const { load, timeline, seed } = plan;
  if (load.kind !== "open") return undefined;
  const source = new RequestSource(plan, seed);
  const newPerMillion = perMillion(timeline.stages.at(-1)?.newShare ?? 0);
  const counts = [0, 0];
  let ordinal = 0;
  for (const atMs of openArrivals(load, seed)) {
    source.draw(ordinal);
    const version = source.versionOf(ordinal++, -1, newPerMillion);
    if (atMs >= 0) counts[version] = (counts[version] ?? 0) + 1;
  }
  return perVersion((version) => ((counts[versions.indexOf(version)] ?? 0) * 1000) / timeline.durationMs);
}
