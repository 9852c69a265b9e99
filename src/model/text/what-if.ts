import { formatNumber } from "../../base/units.ts";
import type { GoalAnswer } from "../what-if/goal.ts";
import { formatMetric, type MetricName } from "../what-if/metrics.ts";
import type { Sweep } from "../what-if/sweep.ts";
import type { TornadoBar } from "../what-if/tornado.ts";
import { left, right, textTable } from "./table.ts";

const mostRowsShown = 200;
const barWidth = 30;

/** The sweep as a table, with a bar of the first figure beside each row. */
export function sweepText(sweep: Sweep): string {
  const { axes, show, rows, notes, unknown } = withoutUnknown(sweep);
  const shown = rows.slice(0, mostRowsShown);
  const bars = barsOf(shown.map(({ values }) => values[0]));
  const table = textTable(
    [...axes.map(({ path }) => right(path)), ...show.map(columnOf(rows)), left("")],
    shown.map(({ at, values, impossible }, index) => [
      ...at.map(formatInput),
      ...(impossible === undefined
        ? values.map((value, column) => formatMetric(show[column] ?? "servers", value))
        : show.map(() => "impossible")),
      bars[index] ?? "",
    ]),
  );
  const reasons = [...new Set(rows.flatMap(({ impossible }) => impossible ?? []))].slice(0, 3);
  const rest = rows.length - shown.length;
  return [
    table,
    ...(rest > 0 ? [`… and ${formatNumber(rest)} more rows; --csv or --json gives all of them.`] : []),
    ...reasons.map((reason) => `Impossible: ${reason}.`),
    ...notes,
    ...(unknown.length > 0
      ? [`Not shown, as the scenario gives nothing for it: ${unknown.join(", ")}.`]
      : []),
  ].join("\n\n");
}

/** Figures that no row has, such as a cost without prices, are named once and not in a column. */
function withoutUnknown(sweep: Sweep): Sweep & { readonly unknown: readonly MetricName[] } {
  const isKnown = (column: number) => sweep.rows.some(({ values }) => values[column] !== undefined);
  const kept = sweep.show.flatMap((_, column) => (isKnown(column) ? [column] : []));
  const pick = <Item>(items: readonly Item[]) => items.filter((_, column) => kept.includes(column));
  if (kept.length === 0) return { ...sweep, unknown: [] };
  return {
    ...sweep,
    show: pick(sweep.show),
    rows: sweep.rows.map((row) => ({ ...row, values: pick(row.values) })),
    unknown: sweep.show.filter((_, column) => !kept.includes(column)),
  };
}

/** Words stand left, numbers right. */
function columnOf(rows: Sweep["rows"]) {
  return (name: MetricName, column: number) =>
    rows.some(({ values }) => typeof values[column] === "string") ? left(name) : right(name);
}

/** Bars of the numbers; where they span more than a hundredfold, of their logarithms. */
function barsOf(values: readonly (number | string | undefined)[]): readonly string[] {
  const numbers = values.map((value) => (typeof value === "number" ? value : Number.NaN));
  const positive = numbers.filter((value) => value > 0);
  const largest = Math.max(...positive);
  const smallest = Math.min(...positive);
  const isLog = largest > 100 * smallest;
  return numbers.map((value) => {
    if (!(value > 0)) return "";
    const part = isLog ? Math.log(value / smallest) / Math.log(largest / smallest) : value / largest;
    return "█".repeat(Math.max(1, Math.round(part * barWidth)));
  });
}

function formatInput(value: number): string {
  return Number.isInteger(value) ? formatNumber(value) : String(Number(value.toPrecision(6)));
}

/** RFC 4180: a heading, then a line for each point. */
export function sweepCsv({ axes, show, rows }: Sweep): string {
  const lines = [
    [...axes.map(({ path }) => path), ...show, "impossible"],
    ...rows.map(({ at, values, impossible }) => [
      ...at,
      ...values.map((value) => value ?? ""),
      impossible ?? "",
    ]),
  ];
  return `${lines.map((cells) => cells.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** Twelve digits are all that a formula means; the rest is the noise of binary fractions. */
function csvCell(value: string | number): string {
  const text = String(typeof value === "number" ? Number(value.toPrecision(12)) : value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function tornadoText(bars: readonly TornadoBar[], show: MetricName): string {
  const cell = (figure: number | undefined) =>
    figure === undefined ? "impossible" : formatMetric(show, figure);
  return textTable(
    [
      left("input"),
      right("low"),
      right(`${show} at low`),
      right("high"),
      right(`${show} at high`),
      right("swing"),
    ],
    bars.map(({ path, low, high, swing }) => [
      path,
      formatInput(low.input),
      cell(low.figure),
      formatInput(high.input),
      cell(high.figure),
      Number.isFinite(swing) ? formatMetric(show, swing) : "beyond the possible",
    ]),
  );
}

type GoalFound = {
  readonly path: string;
  readonly metric: MetricName;
  readonly direction: string;
  readonly answer: GoalAnswer;
};

export function goalText({ path, metric, direction, answer }: GoalFound): string {
  if ("impossible" in answer) return `${answer.impossible}.`;
  const reached = answer.isEndOfRange ? " (the end of the range looked at; it may go further)" : "";
  const figure = formatMetric(metric, answer.figure);
  return `${direction} ${path}: ${formatInput(answer.value)}${reached}, where ${metric} is ${figure}.`;
}
