import { type PerVersion, perVersion, type Version, versions } from "../base/version.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import { noDurations } from "../stats/bins.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { summarise } from "../stats/percentiles.ts";
import { batchSeconds } from "./batches.ts";
import { movingP99 } from "./moving-percentile.ts";
import type { Arm, EndpointResult, RunResult, SecondResult, StageResult } from "./schema.ts";
import { type AskedShare, auditSplit, type SplitCounts } from "./split-audit.ts";
import { shareOfNew } from "./stages.ts";
import { type ArmTally, mergeArms, type RunTally, type SecondTally, type StageTally } from "./tally.ts";
import { outcomeClasses, partNames } from "./window.ts";

type Totals = Pick<RunResult, "stages" | "totals" | "seconds" | "retries">;

/** What really happened to the plan's timeline. */
export type Course = {
  /** The plan's stages, and those that a ramp began. */
  readonly stages: readonly StagePlan[];
  /** Where the load ended, ms from the start of the measured part; earlier than planned when it was stopped. */
  readonly endMs: number;
  /** How long each of the tally's seconds is, where a long simulation has longer ones. */
  readonly spanSeconds?: number;
};

/** Turns the sum of a run's windows into its figures: percentiles, rates, the audit of the split. */
export function summariseRun(plan: RunPlan, tally: RunTally, course: Course): Totals {
  const { endMs, spanSeconds = 1 } = course;
  const stages = course.stages.flatMap((stage, index) => {
    const seen = tally.stages[index];
    return seen === undefined || stage.startMs >= endMs ? [] : [stageResult(plan, stage, seen, endMs)];
  });
  const measured = course.stages.flatMap((stage, index) => {
    const seen = tally.stages[index];
    return stage.warmUp || seen === undefined ? [] : [seen];
  });
  const durationMs = Math.max(0, Math.min(endMs, plan.timeline.durationMs));
  const arms = perVersion((version) => mergeArms(measured, version));
  return {
    stages,
    totals: {
      due: measured.reduce((sum, stage) => sum + stage.due, 0),
      durationMs,
      split: auditSplit(plan, averageShare(course.stages, durationMs), chosen(arms)),
      versions: perVersion((version) => armResult(arms[version], durationMs)),
      ...(isJudgedAsAWhole(plan) && { batches: batchSeconds(measuredSeconds(tally.seconds, course)) }),
    },
    seconds: secondResults(tally.seconds, spanSeconds),
    ...(plan.retries !== undefined && { retries: perVersion((version) => arms[version].retries) }),
  };
}

function isJudgedAsAWhole({ gates, rollout }: RunPlan): boolean {
  return gates.length > 0 && rollout === undefined;
}

function measuredSeconds(seconds: readonly SecondTally[], { stages }: Course): readonly SecondTally[] {
  return seconds.filter(({ stage }) => stages[stage]?.warmUp !== true);
}

function stageResult(plan: RunPlan, stage: StagePlan, seen: StageTally, endMs: number): StageResult {
  const until = Math.min(stage.endMs, endMs);
  return {
    name: stage.name,
    startMs: stage.startMs,
    endMs: until,
    warmUp: stage.warmUp,
    due: seen.due,
    split: auditSplit(plan, stage, chosen(seen.arms)),
    versions: perVersion((version) => armResult(seen.arms[version], until - stage.startMs)),
    endpoints: plan.endpoints.flatMap((endpoint, index) => endpointResult(endpoint.name, seen, index)),
  };
}

/** Whom the split had chosen: those rerouted were meant for the other version. */
function chosen(arms: PerVersion<ArmTally>): SplitCounts {
  const given = (version: Version, other: Version) =>
    arms[version].counts.scheduled - arms[version].counts.rerouted + arms[other].counts.rerouted;
  return { old: given("old", "new"), new: given("new", "old") };
}

/** The configured share over the measured part, stages weighted by their length. */
function averageShare(stages: readonly StagePlan[], durationMs: number): AskedShare {
  const measured = stages.filter((stage) => !stage.warmUp);
  if (durationMs === 0) return { newShare: measured[0]?.newShare ?? 0 };
  const average = (shareIn: (stage: StagePlan) => number) => {
    const weighted = measured.map((stage) => {
      const lengthMs = Math.max(0, Math.min(stage.endMs, durationMs) - stage.startMs);
      return shareIn(stage) * lengthMs;
    });
    return Math.min(1, weighted.reduce((sum, part) => sum + part, 0) / durationMs);
  };
  const isKnown = measured.every((stage) => shareOfNew(stage) !== undefined);
  if (!isKnown) return { newShare: average(({ newShare }) => newShare), routed: {} };
  return { newShare: average((stage) => shareOfNew(stage) ?? 0) };
}

function armResult(arm: ArmTally, durationMs: number): Arm {
  const { counts } = arm;
  const all = new DurationHistogram();
  for (const histogram of arm.histograms.values()) all.add(histogram);
  const ok = arm.histograms.get("ok") ?? new DurationHistogram();
  const service = arm.parts.get("service");
  const perSecond = (times: number) => (durationMs > 0 ? (times * 1000) / durationMs : 0);
  return {
    ...counts,
    errors: Object.fromEntries([...arm.errors].toSorted(([left], [right]) => (left < right ? -1 : 1))),
    offeredPerSecond: perSecond(counts.scheduled),
    throughputPerSecond: perSecond(counts.completed),
    responseTimeMs: summarise(all, counts.notSent),
    okResponseTimeMs: summarise(ok),
    partsMs: Object.fromEntries(
      partNames.flatMap((name) => {
        const part = arm.parts.get(name);
        return part === undefined ? [] : [[name, summarise(part)]];
      }),
    ),
    histograms: Object.fromEntries(
      outcomeClasses.flatMap((outcome) => {
        const histogram = arm.histograms.get(outcome);
        return histogram === undefined ? [] : [[outcome, histogram.encode()]];
      }),
    ),
    ...(service !== undefined && { serviceTimeHistogram: service.encode() }),
  };
}

function endpointResult(name: string, seen: StageTally, index: number): readonly EndpointResult[] {
  const both = seen.endpoints.get(index);
  if (both === undefined) return [];
  const asked = versions.filter((version) => both[version].counts.scheduled > 0);
  const entries = asked.map((version) => {
    const { counts, histogram } = both[version];
    const { scheduled, completed, failed, timedOut, notSent } = counts;
    const responseTimeMs = summarise(histogram, notSent);
    return [version, { scheduled, completed, failed, timedOut, notSent, responseTimeMs }] as const;
  });
  return [{ name, versions: Object.fromEntries(entries) }];
}

function secondResults(seconds: readonly SecondTally[], spanSeconds: number): SecondResult[] {
  const arms = perVersion((version) => secondArms({ seconds, spanSeconds }, version));
  return seconds.map(({ second, stage, due }, index) => {
    const asked = versions.flatMap((version) => {
      const arm = arms[version][index];
      return arm === undefined ? [] : [[version, arm] as const];
    });
    return { second, stage, due, versions: Object.fromEntries(asked) };
  });
}

type SecondArm = NonNullable<SecondResult["versions"][Version]>;

/** One for each second; undefined where the version was asked nothing. */
function secondArms(
  { seconds, spanSeconds }: { readonly seconds: readonly SecondTally[]; readonly spanSeconds: number },
  version: Version,
): readonly (SecondArm | undefined)[] {
  const histograms = seconds.map(({ arms }) => {
    const { histogram } = arms[version];
    return histogram === undefined ? new DurationHistogram() : DurationHistogram.decode(histogram);
  });
  const moving = movingP99(
    seconds.map(({ second, arms }, index) => ({
      second,
      durations: histograms[index]?.bins() ?? noDurations,
      neverAnswered: arms[version].counts.notSent,
    })),
    spanSeconds,
  );
  return seconds.map(({ arms }, index) => {
    const { scheduled, completed, failed, timedOut, notSent } = arms[version].counts;
    const durations = histograms[index];
    if (scheduled === 0 || durations === undefined) return undefined;
    const times = secondTimes(durations, notSent);
    const movingP99 = moving[index];
    const counts = { scheduled, completed, failed, timedOut, notSent };
    return { ...counts, ...times, ...(movingP99 !== undefined && { movingP99 }) };
  });
}

function secondTimes(durations: DurationHistogram, notSent: number) {
  const { p50, p90, p99, max } = summarise(durations, notSent);
  return {
    ...(p50 !== undefined && { p50Ms: p50 }),
    ...(p90 !== undefined && { p90Ms: p90 }),
    ...(p99 !== undefined && { p99Ms: p99 }),
    ...(max !== undefined && { maxMs: max }),
  };
}
