import { UserError } from "../base/errors.ts";
import { formatCount, formatDurationMs, formatMomentMs, formatNumber } from "../base/units.ts";
import { type Version, versions } from "../base/version.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { Merged } from "./merged.ts";
import type { SimulationSettings } from "./settings.ts";

type Scaling = NonNullable<SimulationReport["scaling"]>;

/** The servers that the autoscalers kept; undefined where no version has one. */
export function scalingReport(
  { timeline, capacity }: RunPlan,
  { scaling, replications }: Merged,
): SimulationReport["scaling"] {
  const reports: { [version in Version]?: NonNullable<Scaling[Version]> } = {};
  for (const [index, version] of versions.entries()) {
    const data = scaling[index];
    if (data === undefined) continue;
    const meanServers = data.serverMs / replications / timeline.durationMs;
    reports[version] = {
      meanServers,
      fewest: data.fewest,
      most: data.most,
      ...(capacity.price && { costPerHour: meanServers * capacity.price.serverPerHour }),
      steps: [...data.steps],
    };
  }
  return Object.keys(reports).length === 0 ? undefined : reports;
}

/** Most steps that are printed; the result holds them all. */
const maxStepLines = 12;

export function scalingLines({ scaling = {} }: SimulationReport): readonly string[] {
  return versions.flatMap((version) => {
    const report = scaling[version];
    if (report === undefined) return [];
    const { meanServers, fewest, most, costPerHour, steps } = report;
    const cost = costPerHour === undefined ? "" : `, at a price of ${formatNumber(costPerHour)} per hour`;
    const shown = steps.slice(0, maxStepLines).map(({ atMs, wanted, ready }, index) => {
      const since = index === 0 ? "at the start" : `from ${formatMomentMs(atMs)}`;
      return `    ${since}: ${formatCount(ready)} ready, ${formatCount(wanted)} wanted`;
    });
    const left = steps.length - shown.length;
    return [
      `  ${version}: ${formatNumber(meanServers)} servers on average, ${formatCount(fewest)} to ${formatCount(most)}${cost}; in the first replication`,
      ...shown,
      ...(left > 0 ? [`    and ${formatCount(left)} changes more`] : []),
    ];
  });
}

export function scalingAssumptions({ services }: RunPlan): readonly string[] {
  return versions.flatMap((version) => {
    const { autoscaler } = services[version];
    if (autoscaler === undefined) return [];
    const { minReplicas, maxReplicas, startUpLagMs, metricLagMs } = autoscaler;
    return [
      `The servers of ${version} follow its load between ${formatCount(minReplicas)} and ${formatCount(maxReplicas)} by Kubernetes' rule; a new one serves after ${formatDurationMs(startUpLagMs)}, what is looked at is ${formatDurationMs(metricLagMs)} old, and one that goes ends what it has.`,
    ];
  });
}

/** @throws UserError scenario-invalid where there are no single servers to start */
export function checkScaling({ services }: RunPlan, { loadBalancing }: SimulationSettings): void {
  const isScaled = versions.some((version) => services[version].autoscaler !== undefined);
  if (!isScaled || loadBalancing !== "pooled") return;
  throw new UserError(
    "scenario-invalid",
    "An autoscaler starts and stops single servers, and with capacity.loadBalancing pooled there are none; choose another one.",
  );
}
