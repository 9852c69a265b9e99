import {
  formatCount,
  formatDurationMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import type { SimulatedMetric, SimulationReport } from "../../result/simulation-schema.ts";
import { scalingTable } from "./scaling.ts";
import { type Cell, numberColumn, type TableView, textColumn } from "./table.ts";
import { versionTitles } from "./versions.ts";

/** How sure a simulated result is, and how it was come by. */
export type SimulationView = {
  readonly sentences: readonly string[];
  /** Estimates with their intervals over replications. */
  readonly estimates: TableView | undefined;
  /** What the autoscalers kept ready. */
  readonly scaling: TableView | undefined;
  /** Servers whose simulated p99 holds the scenario's. */
  readonly growth: TableView | undefined;
};

export function simulationView(result: RunResult): SimulationView | undefined {
  const { simulation } = result;
  if (simulation === undefined) return undefined;
  return {
    sentences: [effortSentence(simulation), warmUpSentence(simulation), precisionSentence(simulation)].filter(
      (sentence) => sentence !== "",
    ),
    estimates: estimatesTable(result, simulation),
    scaling: scalingTable(result),
    growth: growthTable(result, simulation),
  };
}

function effortSentence({ replications, events, engine }: SimulationReport): string {
  const runs = `${formatCount(replications)} ${replications === 1 ? "replication" : "replications"}`;
  const way = engine === "event" ? "event by event" : "by exact recursions, without events";
  const work = events > 0 ? `, ${formatCount(events)} events` : "";
  const seeds = replications === 1 ? "" : ", each with a seed of its own";
  return `${runs}${seeds}, ${way}${work}.`;
}

function warmUpSentence({ warmUp: { configuredMs, foundMs } }: SimulationReport): string {
  if (foundMs === undefined) return "";
  if (foundMs === 0) return "The system is settled from the start.";
  return `The system settles after ${formatDurationMs(foundMs)}; the warm-up, which counts nowhere, takes ${formatDurationMs(configuredMs)}.`;
}

function precisionSentence({ precision, confidence, replications }: SimulationReport): string {
  if (replications === 1) return "One replication has no interval.";
  const asked = `${formatShare(precision.mean)} of the mean and ±${formatShare(precision.p99)} of the p99`;
  switch (precision.state) {
    case "reached":
      return `The ${formatShare(confidence)} intervals are as narrow as asked for: ±${asked}.`;
    case "not reached":
      return `The ${formatShare(confidence)} intervals are wider than the ±${asked} asked for.`;
    case "not asked for":
      return "The number of replications was given, no precision asked for.";
  }
}

type Estimate = { readonly mean: number; readonly low: number; readonly high: number };
type MetricWords = {
  readonly title: string;
  readonly format: (value: number) => string;
  /** Whether a difference of the versions says something about them and not about the split. */
  readonly isComparable: boolean;
};

const metricWords: Readonly<Record<SimulatedMetric, MetricWords>> = {
  "responseTime.mean": { title: "mean response time", format: formatDurationMs, isComparable: true },
  "responseTime.p50": { title: "p50 response time", format: formatDurationMs, isComparable: true },
  "responseTime.p90": { title: "p90 response time", format: formatDurationMs, isComparable: true },
  "responseTime.p95": { title: "p95 response time", format: formatDurationMs, isComparable: true },
  "responseTime.p99": { title: "p99 response time", format: formatDurationMs, isComparable: true },
  "responseTime.p999": { title: "p99.9 response time", format: formatDurationMs, isComparable: true },
  throughputPerSecond: { title: "throughput", format: formatRatePerSecond, isComparable: false },
  errorRate: { title: "error rate", format: formatShare, isComparable: true },
  requestsInSystem: { title: "requests in the system", format: formatNumber, isComparable: false },
  slotUtilisation: { title: "slots in use", format: formatShare, isComparable: false },
};
const metrics = Object.keys(metricWords) as readonly SimulatedMetric[];

function estimatesTable(result: RunResult, simulation: SimulationReport): TableView | undefined {
  const { estimates, differences, replications, confidence } = simulation;
  const shown = metrics.filter((metric) => estimates.some((estimate) => estimate.metric === metric));
  if (shown.length === 0) return undefined;
  const titles = versionTitles(result);
  return {
    columns: [
      textColumn(""),
      ...versions.map((version) => ({ ...numberColumn(titles[version]), colour: version })),
      numberColumn("new less old"),
    ],
    rows: shown.map((metric) => ({
      cells: [
        { text: metricWords[metric].title },
        ...versions.map((version) =>
          intervalCell(
            metric,
            estimates.find((estimate) => estimate.metric === metric && estimate.version === version),
          ),
        ),
        differenceCell(
          metric,
          differences.find((difference) => difference.metric === metric),
        ),
      ],
    })),
    notes:
      replications === 1
        ? []
        : [
            `In brackets the ${formatShare(confidence)} interval of the mean over ${formatCount(replications)} replications, each counted once; differences are paired by replication. The table of old and new has all requests in one, so its figures lie a little apart.`,
          ],
  };
}

function intervalCell(metric: SimulatedMetric, estimate: Estimate | undefined): Cell {
  if (estimate === undefined) return { text: "–", tone: "quiet" };
  const { format } = metricWords[metric];
  return { text: withInterval(estimate, (value) => withSign(value, format, "")) };
}

function differenceCell(metric: SimulatedMetric, difference: Estimate | undefined): Cell {
  const { format, isComparable } = metricWords[metric];
  if (difference === undefined || !isComparable) return { text: "" };
  return { text: withInterval(difference, (value) => withSign(value, format, "+")) };
}

/** Without an interval where it has no width. */
function withInterval({ mean, low, high }: Estimate, format: (value: number) => string): string {
  return low === high ? format(mean) : `${format(mean)} [${format(low)}, ${format(high)}]`;
}

/** The sign that typography has; an interval of a mean may reach below zero. */
function withSign(value: number, format: MetricWords["format"], plus: "+" | ""): string {
  return `${value < 0 ? "−" : value > 0 ? plus : ""}${format(Math.abs(value))}`;
}

function growthTable(result: RunResult, { growth = [] }: SimulationReport): TableView | undefined {
  if (growth.length === 0) return undefined;
  const titles = versionTitles(result);
  return {
    columns: [
      numberColumn("Users"),
      numberColumn("Peak rate"),
      ...versions.flatMap((version) => [
        numberColumn(`Servers, ${titles[version]}`),
        numberColumn(`p99, ${version}`),
      ]),
    ],
    rows: growth.map(({ users, peakRatePerSecond, versions: sized }) => ({
      cells: [
        { text: formatNumber(users) },
        { text: formatRatePerSecond(peakRatePerSecond) },
        ...versions.flatMap((version): Cell[] => {
          const own = sized[version];
          if (own === undefined) return [{ text: "–", tone: "quiet" }, { text: "" }];
          return [{ text: formatCount(own.servers) }, { text: withInterval(own.p99Ms, formatDurationMs) }];
        }),
      ],
    })),
    notes: [
      "The fewest servers whose simulated p99 holds the scenario's, without spares and for this one limit; large systems are counted in cells of servers simulated together.",
    ],
  };
}
