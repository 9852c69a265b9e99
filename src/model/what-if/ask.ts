import { UserError } from "../../base/errors.ts";
import type { Scenario } from "../../scenario/schema.ts";
import { goalText, sweepCsv, sweepText, tornadoText } from "../text/what-if.ts";
import { type Axis, parseAxis } from "./axis.ts";
import { type GoalAnswer, parseCondition, seekGoal } from "./goal.ts";
import { isMetricName, type MetricName, metrics } from "./metrics.ts";
import { numberAt, type ScenarioText } from "./scenario-path.ts";
import { gridSweep, type Sweep } from "./sweep.ts";
import { type TornadoBar, tornado } from "./tornado.ts";

/** What a person asks of `twinlane what-if`, as texts. */
export type Question = {
  readonly vary: readonly string[];
  readonly show: readonly string[];
  readonly tornado: boolean;
  readonly largest: string | undefined;
  readonly smallest: string | undefined;
  readonly where: string | undefined;
};

export type Answer =
  | { readonly kind: "grid"; readonly sweep: Sweep }
  | { readonly kind: "tornado"; readonly show: MetricName; readonly bars: readonly TornadoBar[] }
  | {
      readonly kind: "goal";
      readonly path: string;
      readonly direction: "largest" | "smallest";
      readonly answer: GoalAnswer;
    };

/**
 * Answers a question about a scenario.
 *
 * @throws UserError `usage` or `scenario-invalid`
 */
export function askWhatIf(scenario: Scenario, source: ScenarioText, question: Question): Answer {
  const axes = question.vary.map((text) => parseAxis(text, source));
  const show = question.show.flatMap((names) => names.split(",")).map(metricNamed);
  const path = question.largest ?? question.smallest;
  if (path !== undefined) return seek(scenario, axes, { ...question, path });
  if (axes.length === 0) {
    throw new UserError("usage", "Name what to vary: --vary users=1e2..1e8:log.");
  }
  const first = show[0] ?? "servers";
  if (question.tornado) return { kind: "tornado", show: first, bars: tornado(scenario, axes, first) };
  return { kind: "grid", sweep: gridSweep(scenario, axes, show) };
}

const widest = { from: 1e-3, to: 1e12 };

function seek(
  scenario: Scenario,
  axes: readonly Axis[],
  question: Question & { readonly path: string },
): Answer {
  const { path, where } = question;
  if (where === undefined) {
    throw new UserError("usage", `--largest ${path}: say what must hold, for example --where "servers<=50".`);
  }
  const isWhole = Number.isInteger(numberAt(scenario, path)) && path === "users";
  const values = axes.find((axis) => axis.path === path)?.values ?? [isWhole ? 1 : widest.from, widest.to];
  const direction = question.largest === undefined ? "smallest" : "largest";
  const answer = seekGoal(scenario, {
    path,
    direction,
    where: parseCondition(where),
    from: Math.min(...values),
    to: Math.max(...values),
    isWhole,
  });
  return { kind: "goal", path, direction, answer };
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
  if (answer.kind === "tornado") return tornadoText(answer.bars, answer.show);
  return goalText(answer.path, answer.direction, answer.answer);
}

/** @throws UserError `usage` where the answer is no grid */
export function answerCsv(answer: Answer): string {
  if (answer.kind === "grid") return sweepCsv(answer.sweep);
  throw new UserError("usage", "--csv is for a grid of --vary, without --tornado, --largest and --smallest.");
}
