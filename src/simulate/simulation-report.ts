import { versions } from "../base/version.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { mser5 } from "../stats/mser.ts";
import { estimateOf, estimatesOf, type ReplicationFigures } from "./figures.ts";
import type { Merged } from "./merged.ts";
import { overloadsOf } from "./overload.ts";
import type { Experiment } from "./replication.ts";
import { scalingReport } from "./scaling-report.ts";
import type { Course } from "./simulated-result.ts";

/** Half-widths of the intervals, relative to the estimates, at which to stop; and when to stop without them. */
export type Precision = { readonly mean: number; readonly p99: number; readonly maxReplications: number };

const confidence = 0.95;

/** Whether every interval is as narrow as asked for. */
export function isPrecise(figures: readonly ReplicationFigures[], precision: Precision): boolean {
  return versions.every((version) =>
    (["mean", "p99"] as const).every((name) => {
      const estimate = estimateOf(figures, (one) => one[version][`responseTime.${name}`], confidence);
      return estimate === undefined || estimate.halfWidth <= precision[name] * estimate.mean;
    }),
  );
}

/** How the figures were come by, and how sure they are. */
export function reportOf(
  { plan, settings }: Pick<Experiment, "plan" | "settings">,
  { merged, figures }: Course,
  { precision, isFixed }: { readonly precision: Precision; readonly isFixed: boolean },
): SimulationReport {
  const isReached = isPrecise(figures, precision);
  const foundMs = merged && warmUpOf(plan, merged);
  return {
    engine: merged?.engine ?? "event",
    replications: Math.max(1, figures.length),
    events: merged?.events ?? 0,
    confidence,
    precision: {
      state: isReached ? "reached" : isFixed ? "not asked for" : "not reached",
      mean: precision.mean,
      p99: precision.p99,
    },
    warmUp: { configuredMs: plan.timeline.warmUpMs, ...(foundMs !== undefined && { foundMs }) },
    ...estimatesOf(figures, confidence),
    overloads: [...overloadsOf(plan, settings)],
    ...(merged !== undefined && reactionsOf(plan, merged)),
  };
}

/** Where the transient ends in the mean response time over all replications, from the start of the load. */
function warmUpOf({ timeline }: RunPlan, { tally }: Merged): number | undefined {
  const means: number[] = [];
  for (const [index, count] of tally.seriesCounts.entries()) {
    if (count > 0) means.push((tally.seriesSums[index] as number) / count);
  }
  const { discard, isSettled } = mser5(means);
  if (!isSettled) return undefined;
  return (discard / means.length) * (timeline.warmUpMs + timeline.durationMs);
}

/** What servers did about the load. */
function reactionsOf(plan: RunPlan, merged: Merged): Pick<SimulationReport, "scaling"> {
  const scaling = scalingReport(plan, merged);
  return { ...(scaling && { scaling }) };
}
