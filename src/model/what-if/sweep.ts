import { UserError } from "../../base/errors.ts";
import { planScenario, type RunPlan } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/schema.ts";
import { capacityPoint, type PointAnswer } from "../capacity-point.ts";
import type { Evidence } from "../evidence.ts";
import { type ModelInputs, modelInputs } from "../inputs.ts";
import { type Axis, mostPoints } from "./axis.ts";
import { fixedLoadNotes } from "./fixed-load.ts";
import { type MetricName, metrics } from "./metrics.ts";
import { withNumber } from "./scenario-path.ts";

/** One point of a sweep: the values of the axes, and the figures shown, or why there are none. */
export type SweepRow = {
  readonly at: readonly number[];
  readonly values: readonly (number | string | undefined)[];
  readonly impossible: string | undefined;
};

export type Sweep = {
  readonly axes: readonly Axis[];
  readonly show: readonly MetricName[];
  readonly rows: readonly SweepRow[];
  /** A load that stays while users are varied; axes that change nothing, and why, where that is known. */
  readonly notes: readonly string[];
};

/** What is varied: a scenario, what was observed beside it, and what a profile puts in the place of its values. */
export type Basis = {
  readonly scenario: Scenario;
  readonly evidence?: Evidence;
  readonly calibrate?: ((plan: RunPlan) => RunPlan) | undefined;
};

/**
 * Every combination of the axes' values, the last axis turning fastest.
 *
 * @throws UserError `usage` for more than a million points
 */
export function gridSweep(basis: Basis, axes: readonly Axis[], show: readonly MetricName[]): Sweep {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostPoints) {
    throw new UserError("usage", `The sweep has ${count} points; at most ${mostPoints} are worked out.`);
  }
  const rows: SweepRow[] = [];
  const at: number[] = [];
  const visit = (varied: Scenario, depth: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      rows.push(sweepRow({ ...basis, scenario: varied }, [...at], show));
      return;
    }
    for (const value of axis.values) {
      at[depth] = value;
      visit(withNumber(varied, axis.path, value), depth + 1);
    }
  };
  visit(basis.scenario, 0);
  const fixed = fixedLoadNotes(
    basis.scenario,
    axes.map(({ path }) => path),
  );
  return { axes, show, rows, notes: [...fixed, ...idleNotes(basis, axes, rows)] };
}

/** The axes along which no figure ever changes. */
function idleNotes({ scenario }: Basis, axes: readonly Axis[], rows: readonly SweepRow[]): readonly string[] {
  return axes.flatMap(({ path, values }, index) => {
    const stride = axes.slice(index + 1).reduce((product, axis) => product * axis.values.length, 1);
    const isIdle = rows.every((row, at) => {
      const isFirst = Math.floor(at / stride) % values.length === 0;
      return isFirst || isAlike(row, rows[at - stride]);
    });
    if (!isIdle || values.length < 2) return [];
    const isPlannedForAll = path === "split.new" && scenario.capacity.keepRollback;
    const why = isPlannedForAll
      ? ": each version is planned for everybody, so that a rollback is possible; --set capacity.keepRollback=false plans for its share"
      : "";
    return [`${path} changes none of these figures${why}.`];
  });
}

function isAlike(row: SweepRow, other: SweepRow | undefined): boolean {
  return row.impossible === other?.impossible && row.values.every((value, at) => value === other?.values[at]);
}

function sweepRow(basis: Basis, at: readonly number[], show: readonly MetricName[]): SweepRow {
  const { inputs, answer } = pointOf(basis);
  if ("impossible" in answer) {
    return { at, values: show.map(() => undefined), impossible: answer.impossible };
  }
  return { at, values: show.map((name) => metrics[name].of(answer.point, inputs)), impossible: undefined };
}

/** The capacity point at the scenario's own number of users. */
function pointOf(basis: Basis): {
  readonly inputs: ModelInputs;
  readonly answer: PointAnswer;
} {
  const inputs = basisInputs(basis);
  return { inputs, answer: capacityPoint(inputs, inputs.users) };
}

/** What the model reckons with, a profile's values included. */
export function basisInputs({ scenario, evidence, calibrate }: Basis): ModelInputs {
  const plan = planScenario(scenario);
  return modelInputs(calibrate === undefined ? plan : calibrate(plan), evidence);
}

/** One figure at one scenario; undefined where it is impossible or not given. */
export function figureOf(basis: Basis, name: MetricName): number | undefined {
  const { inputs, answer } = pointOf(basis);
  if ("impossible" in answer) return undefined;
  const value = metrics[name].of(answer.point, inputs);
  return typeof value === "number" ? value : undefined;
}
