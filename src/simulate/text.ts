import { formatCount, formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { RunResult } from "../result/schema.ts";
import type { SimulatedMetric, SimulationReport } from "../result/simulation-schema.ts";
import { scalingLines } from "./scaling-report.ts";

type Estimate = { readonly mean: number; readonly low: number; readonly high: number };

/** How sure a simulated result is and what it assumes; printed under the run's summary. Ends with a line break. */
export function simulationText({ scenario, simulation, assumptions }: RunResult): string {
  if (simulation === undefined) return "";
  const lines = [
    headline(simulation),
    ...versions.flatMap((version) => estimateLines(simulation, version, scenario.labels[version])),
    ...differenceLines(simulation),
    ...scalingLines(simulation),
    ...growthLines(simulation),
    "",
    "Assumed, not measured:",
    ...assumptions.map((sentence) => `  ${sentence}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** One replication alone has no intervals. */
function headline({ replications, events, confidence }: SimulationReport): string {
  if (replications === 1) return `Simulated: once, ${formatCount(events)} events`;
  return `Simulated: ${formatCount(replications)} replications, ${formatCount(events)} events; ${formatShare(confidence)} intervals over replications`;
}

function estimateLines(
  { estimates }: SimulationReport,
  version: (typeof versions)[number],
  label: string,
): readonly string[] {
  const shown = estimates.filter((estimate) => estimate.version === version && estimate.metric in units);
  return shown.map((estimate) => `  ${label}  ${withInterval(estimate.metric, estimate)}`);
}

function differenceLines({ differences }: SimulationReport): readonly string[] {
  const p99 = differences.find(({ metric }) => metric === "responseTime.p99");
  return p99 === undefined ? [] : [`  new less old  ${withInterval(p99.metric, p99)}`];
}

function growthLines({ growth = [] }: SimulationReport): readonly string[] {
  if (growth.length === 0) return [];
  const rows = growth.map(({ users, peakRatePerSecond, versions: sized }) => {
    const counts = versions.map((version) => `${version} ${formatCount(sized[version]?.servers ?? 0)}`);
    return `  ${formatCount(users)} users, ${formatNumber(peakRatePerSecond)}/s: ${counts.join(", ")}`;
  });
  return ["", "Servers whose simulated p99 holds the scenario's, without spares:", ...rows];
}

const widestMetric = "throughputPerSecond".length;

function withInterval(metric: SimulatedMetric, { mean, low, high }: Estimate): string {
  const format = units[metric] ?? formatNumber;
  const signed = (value: number) => (value < 0 ? `−${format(-value)}` : format(value));
  return `${metric.padEnd(widestMetric)}  ${signed(mean)}  [${signed(low)}, ${signed(high)}]`;
}

const units: { readonly [metric in SimulatedMetric]?: (value: number) => string } = {
  "responseTime.mean": formatDurationMs,
  "responseTime.p50": formatDurationMs,
  "responseTime.p99": formatDurationMs,
  throughputPerSecond: (value) => `${formatNumber(value)}/s`,
  slotUtilisation: formatShare,
};
