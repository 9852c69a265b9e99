import { UserError } from "../../base/errors.ts";
import { goalText, sweepCsv, sweepText, tornadoText } from "../text/what-if.ts";
import { type Axis, parseAxis } from "./axis.ts";
import { fixedLoadNotes } from "./fixed-load.ts";
import { type GoalAnswer, parseCondition, parseGoal, type SpokenGoal, seekGoal } from "./goal.ts";
import { isMetricName, type MetricName, metrics } from "./metrics.ts";
import { numberAt, type ScenarioText } from "./scenario-path.ts";
import { type Basis, gridSweep, type Sweep } from "./sweep.ts";
import { type TornadoBar, tornado } from "./tornado.ts";

/** What a person asks of `twinlane what-if`, as texts. */
export type Question = {
  readonly vary: readonly string[];
  readonly show: readonly string[];
  readonly tornado: boolean;
  readonly largest: string | undefined;
  readonly smallest: string | undefined;
  readonly where: string | undefined;
  /** A goal in one sentence, in the place of largest or smallest and where. */
  readonly goal: string | undefined;
};

export type Answer =
  | { readonly kind: "grid"; readonly sweep: Sweep }
  | {
      readonly kind: "tornado";
      readonly show: MetricName;
      readonly bars: readonly TornadoBar[];
      readonly notes: readonly string[];
    }
  | {
      readonly kind: "goal";
      readonly path: string;
      readonly metric: MetricName;
      readonly direction: "largest" | "smallest";
      readonly answer: GoalAnswer;
      readonly notes: readonly string[];
    };

/**
 * Answers a question about a scenario.
 *
 * @throws UserError `usage` or `scenario-invalid`
 */
export function askWhatIf(basis: Basis, source: ScenarioText, question: Question): Answer {
  const axes = question.vary.map((text) => parseAxis(text, source));
  const show = question.show.flatMap((names) => names.split(",")).map(metricNamed);
  const goal = goalOf(question);
  if (goal !== undefined) return seek(basis, axes, goal);
  if (question.where !== undefined) {
    throw new UserError("usage", "--where says what must hold; --largest or --smallest, of what.");
  }
  if (axes.length === 0) {
    throw new UserError("usage", "Name what to vary, for example --vary users=1e2..1e8:log.");
  }
  const first = show[0] ?? "servers";
  if (question.tornado) {
    const paths = axes.map(({ path }) => path);
    const notes = fixedLoadNotes(basis.scenario, paths);
    return { kind: "tornado", show: first, bars: tornado(basis, axes, first), notes };
  }
  return { kind: "grid", sweep: gridSweep(basis, axes, show) };
}

const widest = { from: 1e-3, to: 1e12 };

/** @throws UserError `usage` for half a goal, or more than one */
function goalOf({ goal, largest, smallest, where }: Question): SpokenGoal | undefined {
  const given = [goal, largest, smallest].filter((each) => each !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) {
    throw new UserError("usage", "--goal, --largest and --smallest: one goal at a time.");
  }
  if (goal !== undefined) return parseGoal(goal);
  const direction = largest === undefined ? "smallest" : "largest";
  const path = largest ?? smallest ?? "";
  if (where !== undefined) return { direction, path, where };
  throw new UserError(
    "usage",
    `--${direction} ${path}: say what must hold, for example --where "servers<=50".`,
  );
}

function seek(basis: Basis, axes: readonly Axis[], { path, where, direction }: SpokenGoal): Answer {
  const { scenario } = basis;
  const isWhole = Number.isInteger(numberAt(scenario, path)) && path === "users";
  const values = axes.find((axis) => axis.path === path)?.values ?? [isWhole ? 1 : widest.from, widest.to];
  const condition = parseCondition(where);
  const answer = seekGoal(basis, {
    path,
    direction,
    where: condition,
    from: Math.min(...values),
    to: Math.max(...values),
    isWhole,
  });
  const notes = fixedLoadNotes(scenario, [path]);
  return { kind: "goal", path, metric: condition.metric, direction, answer, notes };
}

function metricNamed(name: string): MetricName {
  const trimmed = name.trim();
  if (isMetricName(trimmed)) return trimmed;
  throw new UserError(
    "usage",
    `--show ${trimmed}: no such figure; known: ${Object.keys(metrics).join(", ")}.`,
  );
}

export function answerText(answer: Answer): string {
  if (answer.kind === "grid") return sweepText(answer.sweep);
  const text = answer.kind === "tornado" ? tornadoText(answer.bars, answer.show) : goalText(answer);
  return [text, ...answer.notes].join("\n\n");
}

/** @throws UserError `usage` where the answer is no grid */
export function answerCsv(answer: Answer): string {
  if (answer.kind === "grid") return sweepCsv(answer.sweep);
  throw new UserError("usage", "--csv is for a grid of --vary, without --tornado, --largest and --smallest.");
}
