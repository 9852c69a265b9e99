import { deepFreeze } from "../../base/deep-freeze.ts";
import type { RunResult } from "../../result/schema.ts";
import { decisionRecord } from "../../rollout/decision-record.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { figuresOf } from "../figures.ts";
import { addReplication, emptyMerged } from "../merged.ts";
import type { Experiment } from "../replication.ts";
import { type Course, simulatedResult, untold } from "../simulated-result.ts";
import { reportOf } from "../simulation-report.ts";
import { inTurns } from "../steps.ts";
import { type PlayedRamp, rampSteps } from "./ramp-steps.ts";

/**
 * Plays a plan's ramp once, on the very requests of a real run, and tells of it as a run does: a stage for each split
 * that was in force, decisions, events, what each fault of new led to.
 *
 * When its steps end is known only when it has been played, so it is played twice: once to learn them, and once more,
 * to the last bit the same, to book every request where it belongs.
 *
 * @returns a result without figures, marked as partial, when the signal is aborted
 */
export async function simulateRamp(experiment: Experiment, signal?: AbortSignal): Promise<RunResult> {
  try {
    const { plan } = experiment;
    const { watch } = await inTurns(rampSteps(experiment, plan.seed), signal);
    const staged: RunPlan = { ...plan, timeline: { ...plan.timeline, stages: watch.stages } };
    const played = { ...experiment, plan: staged };
    return resultOf(played, await inTurns(rampSteps(played, plan.seed), signal));
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    return deepFreeze(resultOfCourse(experiment, { ...untold(), stoppedBy: String(signal.reason) }));
  }
}

function resultOf(experiment: Experiment, { watch, data }: PlayedRamp): RunResult {
  const merged = emptyMerged(data);
  addReplication(merged, data);
  const course: Course = {
    merged,
    figures: [figuresOf(experiment.plan, data)],
    log: [...data.log, ...watch.log].toSorted((left, right) => left.atMs - right.atMs),
    reactions: [...watch.reactions()],
    overflows: data.overflowMs === undefined ? [] : [{ replication: 0, atMs: data.overflowMs }],
    stoppedBy: undefined,
  };
  return deepFreeze({
    ...resultOfCourse(experiment, course),
    rollout: { phase: watch.phase, decisions: watch.decisions.map(decisionRecord) },
  });
}

function resultOfCourse(experiment: Experiment, course: Course): RunResult {
  const report = reportOf(experiment, course, { precision: noPrecision, isFixed: true });
  return simulatedResult(experiment, course, report);
}

/** One ramp is one course of events; how far others differ is what many ramps tell. */
const noPrecision = { mean: 1, p99: 1, maxReplications: 1 };
