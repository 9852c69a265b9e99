import { type Version, versions } from "../base/version.ts";
import type { SimulatedGrowthRow } from "../result/simulation-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { serviceTimeMean } from "../workload/service-time.ts";
import { answeredShare } from "./overload.ts";
import { type SimulationSettings, simulatedServices } from "./settings.ts";
import { type SizingAnswer, sizeBySimulation } from "./sizing.ts";
import type { Steps } from "./steps.ts";

/**
 * The servers that each user count of the growth table takes, so that the simulated 99th percentile of each version
 * holds the scenario's. Only time is looked at: connections, CPU, stores and spares are the capacity model's.
 *
 * @returns no rows where the scenario names no 99th percentile, or replays a trace
 */
export function* growthSteps(
  plan: RunPlan,
  settings: SimulationSettings,
): Steps<readonly SimulatedGrowthRow[]> {
  const { responseTimeP99 } = plan.slo;
  if (responseTimeP99 === undefined || plan.load.kind === "trace") return [];
  const rows: SimulatedGrowthRow[] = [];
  for (const users of plan.growth.users) {
    const peakRatePerSecond = rateAt(plan, users);
    const sized: { [version in Version]?: SizingAnswer | undefined } = {};
    for (const version of versions) {
      sized[version] = sizeVersion(plan, settings, { version, peakRatePerSecond, responseTimeP99 });
      yield;
    }
    rows.push({ users, peakRatePerSecond, ...rowOf(sized) });
  }
  return rows;
}

type Target = {
  readonly version: Version;
  readonly peakRatePerSecond: number;
  readonly responseTimeP99: number;
};

function sizeVersion(plan: RunPlan, settings: SimulationSettings, target: Target): SizingAnswer | undefined {
  const { serviceTime, concurrency } = simulatedServices(plan)[target.version];
  const ratePerSecond = target.peakRatePerSecond * answeredShare(plan, target.version);
  if (ratePerSecond === 0) return undefined;
  return sizeBySimulation({
    ratePerSecond,
    serviceTime,
    slotsPerServer: concurrency,
    responseP99Ms: target.responseTimeP99,
    servers: settings.loadBalancing === "random" ? "apart" : "together",
    seed: plan.seed,
  });
}

/** A version without a load, or that no number of servers could help, is absent. */
function rowOf(
  sized: { readonly [version in Version]?: SizingAnswer | undefined },
): Pick<SimulatedGrowthRow, "versions"> {
  const entries = versions.flatMap((version) => {
    const answer = sized[version];
    if (answer === undefined) return [];
    const { servers, cellServers, p99Ms } = answer;
    return [
      [version, { servers, cellServers, p99Ms: { mean: p99Ms.mean, low: p99Ms.low, high: p99Ms.high } }],
    ];
  });
  return { versions: Object.fromEntries(entries) };
}

/** Rates grow with the users; closed users ask once in each round of thinking and being served. */
function rateAt(plan: RunPlan, users: number): number {
  const { load } = plan;
  if (load.kind === "open") {
    const rates = load.curve.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]);
    return (Math.max(...rates) * users) / plan.users;
  }
  const services = simulatedServices(plan);
  const serviceMs = versions.reduce(
    (sum, version) => sum + answeredShare(plan, version) * serviceTimeMean(services[version].serviceTime),
    0,
  );
  return load.kind === "closed" ? (users * 1000) / (load.thinkTimeMs + serviceMs) : 0;
}
