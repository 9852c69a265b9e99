import type { RunPlan } from "../../src/scenario/plan.ts";
import { type DurationCounts, durationQuantile } from "../../src/simulate/engine/duration-counts.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { figuresOf } from "../../src/simulate/figures.ts";
import { meanOf, partOf, positiveShare } from "./plans.ts";

/** One replication of a plan, and a figure of its measured part; everything goes to old. */
export type Run = { readonly plan: RunPlan; readonly data: ReplicationData; readonly replication: number };
export type Figure = (run: Run) => number;

/** Figures of a station, times in units of `unitMs`. */
export function figures(unitMs: number) {
  const of =
    (name: "serverQueue" | "service" | "roundTrip", figure: (counts: DurationCounts) => number) =>
    ({ data }: Run) =>
      figure(partOf(data, name));
  const level =
    (index: number) =>
    ({ plan, data }: Run) =>
      (data.levels.areas[index] ?? 0) / plan.timeline.durationMs;
  const inSystem = level(0);
  const busySlots = level(2);
  const meanWait = of("serverQueue", (counts) => meanOf(counts) / unitMs);
  const meanService = of("service", (counts) => meanOf(counts) / unitMs);
  return {
    meanWait,
    /** Of requests that found room, which those turned away at once are not. */
    meanStay: (run: Run) => meanWait(run) + meanService(run),
    meanResponse: of("roundTrip", (counts) => meanOf(counts) / unitMs),
    waits: of("serverQueue", positiveShare),
    waitAt: (quantile: number) => of("serverQueue", (counts) => durationQuantile(counts, quantile) / unitMs),
    responseAt: (quantile: number) =>
      of("roundTrip", (counts) => durationQuantile(counts, quantile) / unitMs),
    waitsAbove: (units: number) => of("serverQueue", (counts) => shareAbove(counts, units * unitMs)),
    responsesAbove: (units: number) => of("roundTrip", (counts) => shareAbove(counts, units * unitMs)),
    inSystem,
    busySlots,
    queued: (run: Run) => inSystem(run) - busySlots(run),
    queriesPerSecond: ({ plan, data }: Run) => ((data.queries[0] ?? 0) * 1000) / plan.timeline.durationMs,
    refused: ({ plan, data }: Run) => figuresOf(plan, data).old.errorRate ?? 0,
    throughput: ({ plan, data }: Run) => figuresOf(plan, data).old.throughputPerSecond ?? 0,
  };
}

/** The share of durations above a bound, as fine as the histogram's bins. */
export function shareAbove(counts: DurationCounts, ms: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (durationQuantile(counts, middle) > ms) high = middle;
    else low = middle;
  }
  return 1 - low;
}
