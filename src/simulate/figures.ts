import { type Version, versions } from "../base/version.ts";
import type { SimulatedMetric, SimulationReport } from "../result/simulation-schema.ts";
import { addCounts, zeroCounts } from "../result/window.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { percentileQuantiles, samplesNeeded } from "../stats/percentiles.ts";
import { type MeanEstimate, meanEstimate } from "../stats/student.ts";
import { durationQuantile } from "./engine/duration-counts.ts";
import type { ReplicationData } from "./engine/replication-data.ts";
import { CellFinder } from "./engine/tally.ts";
import { simulatedServices } from "./settings.ts";
import { countsAt, responseTimes } from "./window.ts";

/** The figures of one version in one replication; one that the replication can't give is absent. */
export type ArmFigures = { readonly [metric in SimulatedMetric]?: number };
export type ReplicationFigures = {
  readonly old: ArmFigures;
  readonly new: ArmFigures;
  readonly growth: number;
};

/** The measured part of one replication in figures. Requests that were never sent count as infinitely slow. */
export function figuresOf(plan: RunPlan, data: ReplicationData): ReplicationFigures {
  return {
    old: armFigures(plan, data, "old"),
    new: armFigures(plan, data, "new"),
    growth: growthPerSecond(data.levels.awaitedAt, plan.timeline.durationMs),
  };
}

function armFigures(
  plan: RunPlan,
  { tally, levels, scaling }: ReplicationData,
  version: Version,
): ArmFigures {
  const { stages, durationMs } = plan.timeline;
  const index = versions.indexOf(version);
  const { cells } = new CellFinder(plan.timeline);
  const isMeasured = (stage: number) => stages[stage]?.warmUp === false;
  const counts = cells.reduce(
    (sum, { stage }, cell) =>
      isMeasured(stage) ? addCounts(sum, countsAt(tally.counts, cell * 2 + index)) : sum,
    zeroCounts,
  );
  if (counts.scheduled === 0) return {};
  const times = responseTimes(plan, tally, { version, ofStage: isMeasured });
  const slots = slotsOf(plan, scaling, version);
  const figures: { -readonly [metric in SimulatedMetric]?: number } = {
    throughputPerSecond: (counts.completed * 1000) / durationMs,
    errorRate: 1 - counts.completed / counts.scheduled,
    requestsInSystem: (levels.areas[index] as number) / durationMs,
    slotUtilisation: (levels.areas[2 + index] as number) / durationMs / slots,
  };
  if (times.total > 0 && counts.notSent === 0) figures["responseTime.mean"] = times.sumMs / times.total;
  for (const [name, quantile] of Object.entries(percentileQuantiles)) {
    const rank = Math.ceil(quantile * counts.scheduled - 1e-9);
    if (counts.scheduled < samplesNeeded(quantile) || rank > times.total) continue;
    figures[`responseTime.${name}` as SimulatedMetric] = durationQuantile(
      times,
      Math.min(1, rank / times.total),
    );
  }
  return figures;
}

/** Where an autoscaler keeps them, as many as there were on average. */
function slotsOf(plan: RunPlan, scaling: ReplicationData["scaling"], version: Version): number {
  const { concurrency, replicas } = simulatedServices(plan)[version];
  const scaled = scaling[versions.indexOf(version)];
  return concurrency * (scaled === undefined ? replicas : scaled.serverMs / plan.timeline.durationMs);
}

/** The slope of a straight line through evenly spaced counts, per second. */
function growthPerSecond(counts: Float64Array, durationMs: number): number {
  const middle = (counts.length - 1) / 2;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  let products = 0;
  let squares = 0;
  for (const [index, count] of counts.entries()) {
    products += (index - middle) * (count - mean);
    squares += (index - middle) ** 2;
  }
  const stepSeconds = durationMs / 1000 / counts.length;
  return products / squares / stepSeconds;
}

type Estimates = Pick<SimulationReport, "estimates" | "differences" | "growthPerSecond">;

/** Means over replications with their intervals; a figure that a replication lacks is left out altogether. */
export function estimatesOf(replications: readonly ReplicationFigures[], confidence: number): Estimates {
  const metrics = simulatedMetrics;
  const estimates = versions.flatMap((version) =>
    metrics.flatMap((metric) => {
      const estimate = estimateOf(replications, (figures) => figures[version][metric], confidence);
      return estimate === undefined ? [] : [{ version, metric, ...limits(estimate) }];
    }),
  );
  const differences = metrics.flatMap((metric) => {
    const difference = ({ old: before, new: after }: ReplicationFigures) => {
      const from = before[metric];
      const to = after[metric];
      return from === undefined || to === undefined ? undefined : to - from;
    };
    const estimate = estimateOf(replications, difference, confidence);
    return estimate === undefined ? [] : [{ metric, ...limits(estimate) }];
  });
  const growth = estimateOf(replications, (figures) => figures.growth, confidence);
  return { estimates, differences, ...(growth && { growthPerSecond: limits(growth) }) };
}

const simulatedMetrics: readonly SimulatedMetric[] = [
  "responseTime.mean",
  "responseTime.p50",
  "responseTime.p90",
  "responseTime.p95",
  "responseTime.p99",
  "responseTime.p999",
  "throughputPerSecond",
  "errorRate",
  "requestsInSystem",
  "slotUtilisation",
];

export function estimateOf(
  replications: readonly ReplicationFigures[],
  figure: (figures: ReplicationFigures) => number | undefined,
  confidence: number,
): MeanEstimate | undefined {
  const values = replications.map(figure).filter((value) => value !== undefined);
  return values.length < replications.length ? undefined : meanEstimate(values, confidence);
}

function limits({ mean, low, high }: MeanEstimate) {
  return { mean, low, high };
}
