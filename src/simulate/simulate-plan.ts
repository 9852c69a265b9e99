import { deepFreeze } from "../base/deep-freeze.ts";
import { UserError } from "../base/errors.ts";
import type { RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { ReplicationData } from "./engine/replication-data.ts";
import { figuresOf } from "./figures.ts";
import { growthSteps } from "./growth.ts";
import { addReplication, emptyMerged } from "./merged.ts";
import { simulateRamp } from "./ramp/simulate-ramp.ts";
import { checkSimulable, type Experiment } from "./replication.ts";
import { type SimulationSettings, settingsFor } from "./settings.ts";
import { type Course, completenessOf, simulatedResult, untold } from "./simulated-result.ts";
import { isPrecise, type Precision, reportOf } from "./simulation-report.ts";
import { inTurns } from "./steps.ts";
import { replicationRunner } from "./threads.ts";

export type SimulateOptions = {
  /** Exactly so many; by default as many as the precision takes. */
  readonly replications?: number;
  /** Changes nothing in the result. */
  readonly threads?: number;
  readonly settings?: Partial<SimulationSettings>;
  readonly precision?: Partial<Precision>;
  /** Times of a trace load, ms from the first request. */
  readonly trace?: readonly number[] | undefined;
  /** Also size each user count of the growth table. */
  readonly growth?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (replicationsDone: number) => void;
};

const defaultPrecision: Precision = { mean: 0.02, p99: 0.05, maxReplications: 100 };
const firstReplications = 10;
/** Looked at seldom, so that stopping at a lucky moment costs little coverage. */
const checkpointGrowth = 1.5;

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
  if (plan.rollout !== undefined) {
    if ((options.replications ?? 1) > 1)
      throw new UserError(
        "usage",
        `A ramp is played once; \`--ramps ${options.replications}\` plays it so often.`,
      );
    return withGrowth(await simulateRamp(experiment, options.signal), experiment, options);
  }
  const precision = { ...defaultPrecision, ...options.precision };
  const runner = replicationRunner(experiment, options.threads ?? 1, options.signal);
  const course = untold();
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
  return withGrowth(deepFreeze(simulatedResult(experiment, course, report)), experiment, options);
}

async function withGrowth(
  result: RunResult,
  { plan, settings }: Experiment,
  { growth = false, signal }: SimulateOptions,
): Promise<RunResult> {
  const { simulation } = result;
  if (!growth || simulation === undefined || result.completeness.state === "partial") return result;
  try {
    const rows = await inTurns(growthSteps(plan, settings), signal);
    return deepFreeze({ ...result, simulation: { ...simulation, growth: [...rows] } });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    return deepFreeze({ ...result, completeness: completenessOf({ stoppedBy: String(signal.reason) }) });
  }
}

function take(course: Course, plan: RunPlan, data: ReplicationData): void {
  const replication = course.figures.length;
  course.merged ??= emptyMerged(data);
  addReplication(course.merged, data);
  course.figures.push(figuresOf(plan, data));
  if (replication === 0) {
    course.log.push(...data.log);
    course.reactions.push(...data.reactions);
  }
  if (data.overflowMs !== undefined) course.overflows.push({ replication, atMs: data.overflowMs });
}
