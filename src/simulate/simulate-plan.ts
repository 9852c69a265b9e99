import { deepFreeze } from "../base/deep-freeze.ts";
import { versions } from "../base/version.ts";
import type { RunResult } from "../result/schema.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { mser5 } from "../stats/mser.ts";
import type { ReplicationData } from "./engine/simulation.ts";
import { estimateOf, estimatesOf, figuresOf, type ReplicationFigures } from "./figures.ts";
import { simulateGrowth } from "./growth.ts";
import { addReplication, emptyMerged, type Merged } from "./merged.ts";
import { overloadsOf } from "./overload.ts";
import { checkSimulable, type Experiment } from "./replication.ts";
import { type SimulationSettings, settingsFor } from "./settings.ts";
import { type Course, simulatedResult } from "./simulated-result.ts";
import { replicationRunner } from "./threads.ts";

export type SimulateOptions = {
  /** Exactly so many; by default as many as the precision takes. */
  readonly replications?: number;
  /** Changes nothing in the result. */
  readonly threads?: number;
  readonly settings?: Partial<SimulationSettings>;
  readonly precision?: Partial<Precision>;
  /** Times of a trace load, ms from the first request. */
  readonly trace?: readonly number[];
  /** Also size each user count of the growth table. */
  readonly growth?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (replicationsDone: number) => void;
};

/** Half-widths of the intervals, relative to the estimates, at which to stop; and when to stop without them. */
export type Precision = { readonly mean: number; readonly p99: number; readonly maxReplications: number };

const defaultPrecision: Precision = { mean: 0.02, p99: 0.05, maxReplications: 100 };
const firstReplications = 10;
/** Looked at seldom, so that stopping at a lucky moment costs little coverage. */
const checkpointGrowth = 1.5;
const confidence = 0.95;

/**
 * Simulates a plan in virtual time: independent replications until the intervals are narrow enough, merged.
 *
 * The same plan and options give the same result to the last bit, whatever the number of threads.
 *
 * @returns what was done so far, marked as partial, when the signal is aborted
 * @throws UserError for a plan that can't be simulated
 */
export async function simulatePlan(plan: RunPlan, options: SimulateOptions = {}): Promise<RunResult> {
  const experiment: Experiment = {
    plan,
    settings: settingsFor(plan, options.settings),
    trace: options.trace,
  };
  checkSimulable(experiment);
  const precision = { ...defaultPrecision, ...options.precision };
  const runner = replicationRunner(experiment, options.threads ?? 1, options.signal);
  const course: Course = { merged: undefined, figures: [], log: [], overflows: [], stoppedBy: undefined };
  try {
    let goal = options.replications ?? firstReplications;
    for (let done = 0; done < goal; ) {
      for await (const data of runner.run({ from: done, to: goal })) {
        take(course, plan, data);
        done++;
        options.onProgress?.(done);
      }
      if (options.replications === undefined && !isPrecise(course.figures, precision)) {
        goal = Math.min(precision.maxReplications, Math.ceil(goal * checkpointGrowth));
      }
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    course.stoppedBy = String(options.signal.reason);
  } finally {
    await runner.close();
  }
  const report = reportOf(experiment, course, { precision, isFixed: options.replications !== undefined });
  const growth = options.growth === true ? { growth: [...simulateGrowth(plan, experiment.settings)] } : {};
  return deepFreeze(simulatedResult(experiment, course, { ...report, ...growth }));
}

function take(course: Course, plan: RunPlan, data: ReplicationData): void {
  const replication = course.figures.length;
  course.merged ??= emptyMerged(data);
  addReplication(course.merged, data);
  course.figures.push(figuresOf(plan, data));
  if (replication === 0) course.log.push(...data.log);
  if (data.overflowMs !== undefined) course.overflows.push({ replication, atMs: data.overflowMs });
}

function isPrecise(figures: readonly ReplicationFigures[], precision: Precision): boolean {
  return versions.every((version) =>
    (["mean", "p99"] as const).every((name) => {
      const estimate = estimateOf(figures, (one) => one[version][`responseTime.${name}`], confidence);
      return estimate === undefined || estimate.halfWidth <= precision[name] * estimate.mean;
    }),
  );
}

function reportOf(
  { plan, settings }: Experiment,
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
