import { type Version, versions } from "../base/version.ts";
import type { Reaction } from "../result/reaction-schema.ts";
import {
  type Arm,
  type ProcessResources,
  type RunEvent,
  type RunResult,
  resultSchemaId,
} from "../result/schema.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import { summariseRun } from "../result/summarise-run.ts";
import { RunTally } from "../result/tally.ts";
import { assumptionsOf, doubtsOf } from "./assumptions.ts";
import { CellFinder } from "./engine/tally.ts";
import type { ReplicationFigures } from "./figures.ts";
import type { Merged } from "./merged.ts";
import type { Experiment } from "./replication.ts";
import { retryReport } from "./retry-report.ts";
import { mirrorCounts, tallyWindow } from "./window.ts";

/** What the replications so far have brought. */
export type Course = {
  merged: Merged | undefined;
  readonly figures: ReplicationFigures[];
  /** Of the first replication: one run's events can be followed, those of many can't. */
  readonly log: RunEvent[];
  readonly reactions: Reaction[];
  readonly overflows: { readonly replication: number; readonly atMs: number }[];
  stoppedBy: string | undefined;
};

/** Of which nothing has come yet. */
export function untold(): Course {
  return { merged: undefined, figures: [], log: [], reactions: [], overflows: [], stoppedBy: undefined };
}

/** The result of an experiment; whether it holds what was promised is for the analysis to say. */
export function simulatedResult(
  { plan, settings }: Experiment,
  course: Course,
  report: SimulationReport,
): RunResult {
  const { merged, overflows } = course;
  const tally = new RunTally();
  if (merged !== undefined) tally.add(tallyWindow(plan, merged.tally));
  const overflowed = overflows.map(
    ({ replication, atMs }) =>
      `Replication ${replication} (seed ${plan.seed}) stopped after ${Math.round(atMs / 1000)} s with more requests under way than fit.`,
  );
  const doubts = [...doubtsOf(plan, report), ...overflowed];
  const mirror = merged && mirrorCounts(plan, merged.mirror);
  const retries = merged && retryReport(plan, merged);
  return {
    schema: resultSchemaId,
    method: "simulated",
    scenario: {
      name: plan.name,
      hash: plan.hash,
      ...(plan.description !== undefined && { description: plan.description }),
      labels: { old: plan.services.old.label, new: plan.services.new.label },
      users: plan.users,
    },
    seed: plan.seed,
    completeness: completenessOf(course),
    validity: { state: doubts.length === 0 ? "VALID" : "TAINTED", reasons: doubts },
    verdict: { state: "NO DATA", sentence: "Not judged yet.", reasons: [], checks: [] },
    ...perReplication(
      summariseRun(plan, tally, {
        stages: plan.timeline.stages,
        endMs: plan.timeline.durationMs,
        spanSeconds: new CellFinder(plan.timeline).spanSeconds,
      }),
      report.replications,
    ),
    resources: merged === undefined ? [] : [...simulatedCpu({ plan, settings }, merged)],
    health: [],
    events: course.log,
    ...(course.reactions.length > 0 && { reaction: course.reactions }),
    ...(retries !== undefined && { retries }),
    ...(mirror !== undefined && { mirror }),
    growth: [],
    bottlenecks: [],
    assumptions: [...assumptionsOf(plan, settings)],
    requirements: [],
    simulation: report,
  };
}

export function completenessOf({ stoppedBy }: Pick<Course, "stoppedBy">): RunResult["completeness"] {
  return stoppedBy === undefined
    ? { state: "complete" }
    : { state: "partial", reason: `stopped by ${stoppedBy}` };
}

/** The CPU use of each version, its servers summed, where the scenario says what a request takes. */
function simulatedCpu(
  { plan, settings }: Pick<Experiment, "plan" | "settings">,
  { cpuMs, replications, tally }: Merged,
): readonly ProcessResources[] {
  const { warmUpMs, durationMs } = plan.timeline;
  const lengthMs = (warmUpMs + durationMs) * replications;
  const entries = versions.flatMap((version, index): ProcessResources[] => {
    const usedMs = cpuMs[index] as number;
    return usedMs === 0 ? [] : [processOf(version, usedMs / lengthMs)];
  });
  const requests = tally.due.reduce((sum, due) => sum + due, 0);
  if (settings.splitterMs === 0) return entries;
  return [...entries, processOf("splitter", (requests * settings.splitterMs) / lengthMs)];
}

function processOf(role: "old" | "new" | "splitter", cpuShareMean: number): ProcessResources {
  return { process: role, role, samples: [], summary: { cpuShareMean } };
}

type Totals = ReturnType<typeof summariseRun>;

/** Rates are those of one run; counts stay sums. */
function perReplication({ stages, totals, seconds }: Totals, replications: number): Totals {
  const rates = (arm: Arm): Arm => ({
    ...arm,
    offeredPerSecond: arm.offeredPerSecond / replications,
    throughputPerSecond: arm.throughputPerSecond / replications,
  });
  const both = ({ old: before, new: after }: { readonly [version in Version]: Arm }) => ({
    old: rates(before),
    new: rates(after),
  });
  return {
    stages: stages.map((stage) => ({ ...stage, versions: both(stage.versions) })),
    totals: { ...totals, versions: both(totals.versions) },
    seconds,
  };
}
