import { UserError } from "../../base/errors.ts";
import { planScenario } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/schema.ts";
import { capacityPoint, type PointAnswer } from "../capacity-point.ts";
import { type ModelInputs, modelInputs } from "../inputs.ts";
import { type Axis, mostPoints } from "./axis.ts";
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
};

/**
 * Every combination of the axes' values, the last axis turning fastest.
 *
 * @throws UserError `usage` for more than a million points
 */
export function gridSweep(scenario: Scenario, axes: readonly Axis[], show: readonly MetricName[]): Sweep {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostPoints) {
    throw new UserError("usage", `The sweep has ${count} points; at most ${mostPoints} are worked out.`);
  }
  const rows: SweepRow[] = [];
  const at: number[] = [];
  const visit = (varied: Scenario, depth: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      rows.push(sweepRow(varied, [...at], show));
      return;
    }
    for (const value of axis.values) {
      at[depth] = value;
      visit(withNumber(varied, axis.path, value), depth + 1);
    }
  };
  visit(scenario, 0);
  return { axes, show, rows };
}

function sweepRow(scenario: Scenario, at: readonly number[], show: readonly MetricName[]): SweepRow {
  const { inputs, answer } = pointOf(scenario);
  if ("impossible" in answer) {
    return { at, values: show.map(() => undefined), impossible: answer.impossible };
  }
  return { at, values: show.map((name) => metrics[name].of(answer.point, inputs)), impossible: undefined };
}

/** The capacity point at the scenario's own number of users. */
function pointOf(scenario: Scenario): { readonly inputs: ModelInputs; readonly answer: PointAnswer } {
  const inputs = modelInputs(planScenario(scenario));
  return { inputs, answer: capacityPoint(inputs, inputs.users) };
}

/** One figure at one scenario; undefined where it is impossible or not given. */
export function figureOf(scenario: Scenario, name: MetricName): number | undefined {
  const { inputs, answer } = pointOf(scenario);
  if ("impossible" in answer) return undefined;
  const value = metrics[name].of(answer.point, inputs);
  return typeof value === "number" ? value : undefined;
}
