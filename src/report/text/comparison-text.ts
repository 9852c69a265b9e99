import type {
  ComparisonRow,
  Difference,
  ResultComparison,
} from "../../analysis/agreement/compare-results.ts";
import type { ComparedFigure } from "../../analysis/agreement/figure-estimate.ts";
import {
  formatCount,
  formatDurationMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import { type Cell, numberColumn, type TableView, textColumn } from "../view/table.ts";
import { paintWith } from "./paint.ts";
import { plainText } from "./plain-text.ts";
import type { SummaryOptions } from "./run-summary.ts";
import { textTable } from "./text-table.ts";
import { hangingLines } from "./wrap.ts";

/** What `twinlane compare` prints: results side by side, each further one against the first. */
export function renderComparison(
  comparison: ResultComparison,
  { colour, widthColumns }: SummaryOptions,
): string {
  const paint = paintWith(colour);
  const names = comparison.results.map(({ name, method, scenario, validity }, index) => {
    const about = `${plainText(scenario)}, ${method}${method === "measured" ? `, ${validity}` : ""}`;
    return `  ${paint(letterOf(index), "strong")}  ${plainText(name)} (${about})`;
  });
  const growth = growthTable(comparison);
  const lines = [
    ...names,
    "",
    ...warningLines(comparison).flatMap((line) => [...hangingLines(paint(line, "bad"), widthColumns), ""]),
    ...textTable(figureTable(comparison), { paint, widthColumns }),
    ...(growth === undefined ? [] : ["", ...textTable(growth, { paint, widthColumns })]),
    ...(hasIntervals(comparison) ? ["", paint(intervalNote, "quiet")] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** What isn't the services' own is said before the figures, and a run that can't be judged by is named. */
function warningLines({ results }: ResultComparison): readonly string[] {
  const lettersOf = (validity: string) =>
    results.flatMap((result, index) =>
      result.method === "measured" && result.validity === validity ? [letterOf(index)] : [],
    );
  const bound = lettersOf("GENERATOR-BOUND");
  const tainted = lettersOf("TAINTED");
  const were = (letters: readonly string[]) =>
    `${letters.join(", ")} ${letters.length === 1 ? "was" : "were"}`;
  return [
    ...(bound.length === 0
      ? []
      : [
          `Warning: ${were(bound)} GENERATOR-BOUND: response times and throughput there are the load generator's, and so is every difference from them.`,
        ]),
    ...(tainted.length === 0
      ? []
      : [
          `Warning: ${were(tainted)} TAINTED: in some seconds the load was late, so a difference of response times may be the instrument's.`,
        ]),
  ];
}

const intervalNote = "  In brackets: 95 % interval of the difference, requests taken as independent.";

function hasIntervals({ rows }: ResultComparison): boolean {
  return rows.some(({ differences }) => differences.some((difference) => difference?.interval !== undefined));
}

function letterOf(index: number): string {
  return String.fromCharCode(65 + (index % 26)) + (index < 26 ? "" : String(Math.floor(index / 26)));
}

function figureTable({ results, rows }: ResultComparison): TableView {
  return {
    columns: [
      textColumn(""),
      ...results.map((_, index) => numberColumn(letterOf(index))),
      ...results.slice(1).map((_, index) => textColumn(`${letterOf(index + 1)} against A`)),
    ],
    rows: rows.map((row) => ({
      cells: [
        { text: `${row.version}: ${figureNames[row.figure]}` },
        ...row.values.map((value) => valueCell(row, value)),
        ...row.differences.map((difference) => differenceCell(row, difference)),
      ],
    })),
    notes: [],
  };
}

function growthTable({ results, growth }: ResultComparison): TableView | undefined {
  if (growth.length === 0) return undefined;
  return {
    columns: [
      numberColumn("users"),
      ...results.map((_, index) => numberColumn(`servers, ${letterOf(index)}`)),
    ],
    rows: growth.map(({ users, servers }) => ({
      cells: [
        { text: formatCount(users) },
        ...servers.map((count): Cell => (count === null ? nothing : { text: formatCount(count) })),
      ],
    })),
    notes: [],
  };
}

const nothing: Cell = { text: "–", tone: "quiet" };

function valueCell({ figure }: ComparisonRow, value: number | null): Cell {
  return value === null ? nothing : { text: formats[figure](value) };
}

function differenceCell({ figure }: ComparisonRow, difference: Difference | null): Cell {
  if (difference === null) return nothing;
  const { absolute, relative, interval, verdict } = difference;
  const sign = absolute < 0 ? "−" : absolute > 0 ? "+" : "";
  const format = figure === "failedShare" ? formatPoints : formats[figure];
  const parts = [
    `${sign}${format(Math.abs(absolute))}`,
    ...(relative === undefined ? [] : [signedPercent(relative)]),
    ...(interval === undefined ? [] : [`[${signedPercent(interval.low)}, ${signedPercent(interval.high)}]`]),
    ...(verdict === undefined ? [] : [verdict]),
  ];
  return { text: parts.join("  "), ...(verdict === "no difference told" && { tone: "quiet" }) };
}

/** A difference of shares; in per cent it would read like the relative one beside it. */
function formatPoints(share: number): string {
  return `${formatNumber(Number((share * 100).toPrecision(3)))} points`;
}

function signedPercent(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
}

const figureNames: Readonly<Record<ComparedFigure, string>> = {
  throughputPerSecond: "throughput",
  failedShare: "not answered well",
  responseTimeMeanMs: "response time, mean",
  responseTimeP50Ms: "response time, p50",
  responseTimeP90Ms: "response time, p90",
  responseTimeP99Ms: "response time, p99",
  cpuCores: "CPU",
};

const formats: Readonly<Record<ComparedFigure, (value: number) => string>> = {
  throughputPerSecond: formatRatePerSecond,
  failedShare: formatShare,
  responseTimeMeanMs: formatDurationMs,
  responseTimeP50Ms: formatDurationMs,
  responseTimeP90Ms: formatDurationMs,
  responseTimeP99Ms: formatDurationMs,
  cpuCores: (value) => `${formatNumber(Number(value.toPrecision(3)))} cores`,
};
