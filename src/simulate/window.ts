import { assertNever } from "../base/invariant.ts";
import { type Version, versions } from "../base/version.ts";
import type { Outcome } from "../result/observation.ts";
import type { MirrorCounts } from "../result/schema.ts";
import {
  type ArmDelta,
  type CellDelta,
  type EndpointDelta,
  type OutcomeCounts,
  outcomeClasses,
  type PartDelta,
  type WindowDelta,
} from "../result/window.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { addDurations, type DurationCounts, emptyDurations, toHistogram } from "./engine/duration-counts.ts";
import type { EndedRequest } from "./engine/ended-sink.ts";
import { mirrorColumn } from "./engine/mirror.ts";
import {
  CellFinder,
  countColumns,
  ending,
  errorClass,
  errorClasses,
  reroutedColumn,
  simulatedParts,
  type Tally,
} from "./engine/tally.ts";

/** The tally in the form in which drivers tell theirs, so that both clocks' results are made by one code. */
export function tallyWindow(plan: RunPlan, tally: Tally): WindowDelta {
  const { cells } = new CellFinder(plan.timeline);
  return {
    driver: 0,
    atMs: plan.timeline.durationMs,
    cells: cells.map(({ stage, second }, cell): CellDelta => {
      const arms: { [version in Version]?: ArmDelta } = {};
      for (const [index, version] of versions.entries()) arms[version] = armDelta(tally, cell * 2 + index);
      return { stage, second, due: tally.due[cell] as number, arms };
    }),
    parts: plan.timeline.stages.flatMap((_, stage) =>
      versions.map((version, index) => partDelta(tally, stage * 2 + index, { stage, version })),
    ),
    endpoints: endpointDeltas(plan, tally),
  };
}

export function mirrorCounts(plan: RunPlan, columns: Float64Array): MirrorCounts | undefined {
  if (plan.mirror === undefined) return undefined;
  const of = (column: number) => columns[column] as number;
  return {
    to: plan.mirror.to,
    copied: of(mirrorColumn.copied),
    answered: of(mirrorColumn.answered),
    failed: of(mirrorColumn.failed),
    timedOut: of(mirrorColumn.timedOut),
    dropped: of(mirrorColumn.dropped),
    tooLarge: of(mirrorColumn.tooLarge),
  };
}

/** The counts of one arm, from its place among the columns. */
export function countsAt(columns: Float64Array, arm: number): OutcomeCounts {
  const of = (column: number) => columns[arm * countColumns + column] as number;
  const counts = {
    completed: of(ending.completed),
    failed: of(ending.failed),
    timedOut: of(ending.timedOut),
    notSent: of(ending.notSent),
    inFlight: of(ending.inFlight),
  };
  const scheduled = Object.values(counts).reduce((sum, times) => sum + times, 0);
  return { scheduled, ...counts, rerouted: of(reroutedColumn) };
}

/** How a driver would call it. */
export function outcomeOf({ how, error }: Pick<EndedRequest, "how" | "error">): Outcome {
  switch (how) {
    case ending.completed:
      return "ok";
    case ending.failed:
      return error === errorClass.refused || error === errorClass.reset ? "connection-error" : "http-error";
    case ending.timedOut:
      return "timeout";
    case ending.notSent:
      return "not-sent";
    case ending.inFlight:
      return "unfinished";
    default:
      return assertNever(how);
  }
}

function armDelta(tally: Tally, arm: number): ArmDelta {
  const errors: Record<string, number> = {};
  for (const [index, name] of errorClasses.entries()) {
    const times = tally.errors[arm * errorClasses.length + index] as number;
    if (times > 0) errors[name] = times;
  }
  const histograms: { [name in (typeof outcomeClasses)[number]]?: string } = {};
  for (const [index, name] of outcomeClasses.entries()) {
    const histogram = tally.histograms[arm * 3 + index];
    if (histogram !== undefined) histograms[name] = toHistogram(histogram).encode();
  }
  return { counts: countsAt(tally.counts, arm), errors, histograms };
}

function partDelta(
  tally: Tally,
  stageArm: number,
  place: { readonly stage: number; readonly version: Version },
): PartDelta {
  const histograms: { [name in (typeof simulatedParts)[number]]?: string } = {};
  for (const [index, name] of simulatedParts.entries()) {
    const histogram = tally.parts[stageArm * simulatedParts.length + index];
    if (histogram !== undefined) histograms[name] = toHistogram(histogram).encode();
  }
  return { ...place, histograms };
}

/** Where there is one endpoint, its response times are those of the stage. */
function endpointDeltas(plan: RunPlan, tally: Tally): readonly EndpointDelta[] {
  const only = plan.endpoints.length === 1;
  return plan.timeline.stages.flatMap((_, stage) =>
    versions.flatMap((version, index) =>
      plan.endpoints.flatMap((_, endpoint): readonly EndpointDelta[] => {
        const place = (stage * 2 + index) * plan.endpoints.length + endpoint;
        const counts = countsAt(tally.endpointCounts, place);
        if (counts.scheduled === 0) return [];
        const durations = only
          ? responseTimes(plan, tally, { version, ofStage: (at) => at === stage })
          : tally.endpointHistograms[place];
        const histogram = durations && toHistogram(durations).encode();
        return [{ stage, version, endpoint, counts, histogram }];
      }),
    ),
  );
}

/** All response times of a version in the stages asked for, merged. */
export function responseTimes(
  plan: RunPlan,
  tally: Tally,
  which: { readonly version: Version; readonly ofStage: (stage: number) => boolean },
): DurationCounts {
  const { cells } = new CellFinder(plan.timeline);
  const version = versions.indexOf(which.version);
  const sum = emptyDurations();
  for (const [cell, { stage }] of cells.entries()) {
    if (!which.ofStage(stage)) continue;
    for (let outcome = 0; outcome < 3; outcome++) {
      const histogram = tally.histograms[(cell * 2 + version) * 3 + outcome];
      if (histogram !== undefined) addDurations(sum, histogram);
    }
  }
  return sum;
}
