import { UserError } from "../../base/errors.ts";
import { formatNumber, parsePlainNumber } from "../../base/units.ts";
import { isMetricName, type MetricName, metrics } from "./metrics.ts";
import { withNumber } from "./scenario-path.ts";
import { type Basis, figureOf } from "./sweep.ts";

/** `servers<=50`: a figure and the bound it must keep. */
export type Condition = { readonly metric: MetricName; readonly bound: number; readonly isAtMost: boolean };

/** @throws UserError `usage` for a text of another form */
export function parseCondition(text: string): Condition {
  const match = /^\s*(\w+)\s*(<=|>=)\s*(\S+)\s*$/.exec(text);
  const [, metric = "", sign, written = ""] = match ?? [];
  const bound = parsePlainNumber(written);
  if (bound === undefined || !isMetricName(metric)) {
    const known = Object.keys(metrics).join(", ");
    throw new UserError("usage", `--where ${text}: must be figure<=number; figures: ${known}.`);
  }
  return { metric, bound, isAtMost: sign === "<=" };
}

/** A goal as people say it. */
export type SpokenGoal = {
  readonly direction: "largest" | "smallest";
  readonly path: string;
  readonly where: string;
};

/**
 * `largest users with <= 50 servers`, or `largest users with servers <= 50`.
 *
 * @throws UserError `usage` for a text of another form
 */
export function parseGoal(text: string): SpokenGoal {
  const bound = /^(<=|>=|≤|≥)\s*(\S+)\s+(\w+)$/;
  const [, direction, path = "", what = ""] =
    /^\s*(largest|smallest)\s+(\S+)\s+with\s+(.+?)\s*$/.exec(text) ?? [];
  if (direction !== "largest" && direction !== "smallest") {
    throw new UserError("usage", `--goal ${text}: must be like "largest users with <= 50 servers".`);
  }
  const [, sign, number, metric] = bound.exec(what) ?? [];
  const said = metric === undefined ? what : `${metric}${sign}${number}`;
  return { direction, path, where: said.replace("≤", "<=").replace("≥", ">=") };
}

export type Goal = {
  readonly path: string;
  readonly direction: "largest" | "smallest";
  readonly where: Condition;
  /** Where to look, in the base unit of the path; both > 0 for a search by ratios. */
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
};

export type GoalAnswer =
  | { readonly value: number; readonly figure: number | undefined; readonly isEndOfRange: boolean }
  | { readonly impossible: string };

/**
 * The largest (or smallest) value of an input that keeps a condition, by bisection.
 *
 * It holds where the figure grows or falls steadily with the input, as servers and cost do with users.
 */
export function seekGoal(basis: Basis, goal: Goal): GoalAnswer {
  const figure = (value: number) =>
    figureOf({ ...basis, scenario: withNumber(basis.scenario, goal.path, value) }, goal.where.metric);
  const holds = (value: number) => {
    const found = figure(value);
    if (found === undefined) return false;
    return goal.where.isAtMost ? found <= goal.where.bound : found >= goal.where.bound;
  };
  const [safe, far] = goal.direction === "largest" ? [goal.from, goal.to] : [goal.to, goal.from];
  if (holds(far)) return { value: far, figure: figure(far), isEndOfRange: true };
  if (!holds(safe)) {
    const sign = goal.where.isAtMost ? "at most" : "at least";
    return {
      impossible: `no value of ${goal.path} from ${plain(goal.from)} to ${plain(goal.to)} is enough, because even at ${plain(safe)} ${goal.where.metric} is ${plain(figure(safe))}, not ${sign} ${plain(goal.where.bound)}`,
    };
  }
  let good = safe;
  let bad = far;
  for (let halvings = 0; halvings < 200 && !isSettled(good, bad, goal.isWhole); halvings++) {
    const middle = between(good, bad, goal.isWhole);
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return { value: good, figure: figure(good), isEndOfRange: false };
}

/** Six digits: a search by halves leaves the noise of binary fractions behind. */
function plain(value: number | undefined): string {
  if (value === undefined) return "impossible";
  return Number.isInteger(value) ? formatNumber(value) : String(Number(value.toPrecision(6)));
}

function isSettled(good: number, bad: number, isWhole: boolean): boolean {
  return isWhole
    ? Math.abs(good - bad) <= 1
    : Math.abs(good - bad) <= 1e-9 * Math.max(Math.abs(good), Math.abs(bad));
}

function between(left: number, right: number, isWhole: boolean): number {
  const isWide = left > 0 && right > 0 && Math.max(left, right) > 4 * Math.min(left, right);
  const middle = isWide ? Math.sqrt(left * right) : (left + right) / 2;
  return isWhole ? Math.floor(middle) : middle;
}
