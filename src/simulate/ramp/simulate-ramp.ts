import { deepFreeze } from "../../base/deep-freeze.ts";
import type { RunResult } from "../../result/schema.ts";
import { decisionRecord } from "../../rollout/decision-record.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { type ReplicationData, Simulation } from "../engine/simulation.ts";
import { figuresOf } from "../figures.ts";
import { addReplication, emptyMerged } from "../merged.ts";
import { arrivalsOf, type Experiment } from "../replication.ts";
import { type Course, simulatedResult } from "../simulated-result.ts";
import { reportOf } from "../simulation-report.ts";
import { RolloutWatch } from "./ramp-watch.ts";

/**
 * Plays a plan's ramp once, on the very requests of a real run, and tells of it as a run does: a stage for each split
 * that was in force, decisions, events.
 *
 * When its steps end is known only when it has been played, so it is played twice: once to learn them, and once more,
 * to the last bit the same, to book every request where it belongs.
 */
export function simulateRamp(experiment: Experiment): RunResult {
  const { plan } = experiment;
  const { stages } = play(experiment, plan).watch;
  const staged: RunPlan = { ...plan, timeline: { ...plan.timeline, stages } };
  const { watch, data } = play(experiment, staged);
  const merged = emptyMerged(data);
  addReplication(merged, data);
  const course: Course = {
    merged,
    figures: [figuresOf(staged, data)],
    log: [...data.log, ...watch.log].toSorted((left, right) => left.atMs - right.atMs),
    overflows: data.overflowMs === undefined ? [] : [{ replication: 0, atMs: data.overflowMs }],
    stoppedBy: undefined,
  };
  const played = { ...experiment, plan: staged };
  const report = reportOf(played, course, { precision: noPrecision, isFixed: true });
  const decisions = watch.decisions.map(decisionRecord);
  return deepFreeze({
    ...simulatedResult(played, course, report),
    rollout: { phase: watch.phase, decisions },
  });
}

/** One ramp is one course of events; how far others differ is what many ramps tell. */
const noPrecision = { mean: 1, p99: 1, maxReplications: 1 };

function play(
  { settings, trace }: Experiment,
  plan: RunPlan,
): { readonly watch: RolloutWatch; readonly data: ReplicationData } {
  const watch = new RolloutWatch(plan);
  const { seed } = plan;
  const arrivals = arrivalsOf(plan, seed, trace);
  const data = new Simulation({ plan, settings, seed, trafficSeed: seed, arrivals, ramp: watch }).run();
  return { watch, data };
}
