import type { ScalingData } from "./engine/autoscaling.ts";
import { addDurations, type DurationCounts, emptyDurations } from "./engine/duration-counts.ts";
import type { ReplicationData } from "./engine/replication-data.ts";
import type { Tally } from "./engine/tally.ts";

/** The sum of several replications, laid over one another; histograms are merged, never percentiles. */
export type Merged = {
  replications: number;
  events: number;
  /** `feed-forward` where all replications were. */
  engine: ReplicationData["engine"];
  readonly tally: Tally;
  readonly mirror: Float64Array;
  readonly areas: Float64Array;
  readonly cpuMs: Float64Array;
  readonly queries: Float64Array;
  readonly retries: Float64Array;
  /** By version: what the autoscaler did, servers summed; the steps are those of the first replication. */
  readonly scaling: (ScalingData | undefined)[];
};

export function emptyMerged(first: ReplicationData): Merged {
  const { tally } = first;
  const zeros = (column: Float64Array) => new Float64Array(column.length);
  return {
    replications: 0,
    events: 0,
    engine: first.engine,
    tally: {
      due: zeros(tally.due),
      counts: zeros(tally.counts),
      errors: zeros(tally.errors),
      histograms: tally.histograms.map(() => undefined),
      parts: tally.parts.map(() => undefined),
      endpointCounts: zeros(tally.endpointCounts),
      endpointHistograms: tally.endpointHistograms.map(() => undefined),
      seriesSums: zeros(tally.seriesSums),
      seriesCounts: zeros(tally.seriesCounts),
    },
    mirror: zeros(first.mirror),
    areas: zeros(first.levels.areas),
    cpuMs: zeros(first.cpuMs),
    queries: zeros(first.queries),
    retries: zeros(first.retries),
    scaling: [],
  };
}

export function addReplication(merged: Merged, data: ReplicationData): void {
  merged.replications++;
  merged.events += data.events;
  if (data.engine === "event") merged.engine = "event";
  const { tally } = merged;
  addColumn(tally.due, data.tally.due);
  addColumn(tally.counts, data.tally.counts);
  addColumn(tally.errors, data.tally.errors);
  addHistograms(tally.histograms, data.tally.histograms);
  addHistograms(tally.parts, data.tally.parts);
  addColumn(tally.endpointCounts, data.tally.endpointCounts);
  addHistograms(tally.endpointHistograms, data.tally.endpointHistograms);
  addColumn(tally.seriesSums, data.tally.seriesSums);
  addColumn(tally.seriesCounts, data.tally.seriesCounts);
  addColumn(merged.mirror, data.mirror);
  addColumn(merged.areas, data.levels.areas);
  addColumn(merged.cpuMs, data.cpuMs);
  addColumn(merged.queries, data.queries);
  addColumn(merged.retries, data.retries);
  for (const [version, scaling] of data.scaling.entries()) {
    const sum = merged.scaling[version];
    merged.scaling[version] = sum && scaling ? addScaling(sum, scaling) : scaling;
  }
}

function addScaling(sum: ScalingData, more: ScalingData): ScalingData {
  return {
    serverMs: sum.serverMs + more.serverMs,
    fewest: Math.min(sum.fewest, more.fewest),
    most: Math.max(sum.most, more.most),
    steps: sum.steps,
  };
}

function addColumn(sum: Float64Array, more: Float64Array): void {
  for (let index = 0; index < sum.length; index++) {
    sum[index] = (sum[index] as number) + (more[index] as number);
  }
}

function addHistograms(
  sums: (DurationCounts | undefined)[],
  more: readonly (DurationCounts | undefined)[],
): void {
  for (const [index, added] of more.entries()) {
    if (added === undefined) continue;
    let sum = sums[index];
    if (sum === undefined) {
      sum = emptyDurations();
      sums[index] = sum;
    }
    addDurations(sum, added);
  }
}
