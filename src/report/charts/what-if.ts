import type { TopLevelSpec } from "vega-lite";
import { type ColourChannel, logTicks, type XChannel, type YChannel } from "./axes.ts";
import { drawSvg } from "./draw.ts";
import { colour } from "./theme.ts";

/** A figure of a scenario by one of its numbers; a line for each value of a second one. */
export type SweepChart = {
  readonly kind: "lines";
  readonly xTitle: string;
  readonly yTitle: string;
  /** What the lines stand for; absent for one line. */
  readonly lineTitle: string | undefined;
  readonly points: readonly { readonly x: number; readonly y: number; readonly line: string }[];
};

/** How far each input moves a figure, widest first. */
export type TornadoChart = {
  readonly kind: "bars";
  readonly xTitle: string;
  readonly bars: readonly { readonly input: string; readonly from: number; readonly to: number }[];
};

export const mostLines = 6;
/** 0.5, 200, 1.5k, 10M. */
const numberLabel = "abs(datum.value) < 1000 ? format(datum.value, '~r') : format(datum.value, '~s')";
const lineColours = ["old", "new", "part-1", "part-3", "part-5", "part-6"] as const;
const size = { widthPixels: 860, heightPixels: 420, isNarrow: false };

/** The chart as an SVG that stands alone: colours and font written out, white paper. */
export async function whatIfSvg(chart: SweepChart | TornadoChart): Promise<string> {
  const spec = chart.kind === "lines" ? sweepSpec(chart) : tornadoSpec(chart);
  const svg = await drawSvg({ ...spec, background: "white" }, { name: "what-if", size });
  return `${svg.replaceAll(/var\(--[\w-]+, ([^)]+)\)/g, "$1").replaceAll('"inherit"', '"sans-serif"')}\n`;
}

function sweepSpec({ points, xTitle, yTitle, lineTitle }: SweepChart): TopLevelSpec {
  const x: XChannel = {
    field: "x",
    type: "quantitative",
    title: xTitle,
    ...scaleOf(points.map((point) => point.x)),
  };
  const y: YChannel = {
    field: "y",
    type: "quantitative",
    title: yTitle,
    ...scaleOf(points.map((point) => point.y)),
  };
  const lines = [...new Set(points.map(({ line }) => line))];
  const color: ColourChannel = {
    field: "line",
    type: "nominal",
    scale: { domain: lines, range: lineColours.slice(0, lines.length).map(colour) },
    legend: lineTitle === undefined ? null : { title: lineTitle },
  };
  return {
    data: { values: points.map((point) => ({ ...point })) },
    mark: { type: "line", strokeWidth: 2, point: { filled: true, size: 24 } },
    encoding: { x, y, color },
  };
}

/** Logarithmic where the values span more than a hundredfold. */
function scaleOf(values: readonly number[]) {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const axis = { labelExpr: numberLabel, grid: true };
  if (!(low > 0 && high > 100 * low)) return { scale: { zero: false, nice: true }, axis };
  return {
    scale: { type: "log" as const, domain: [low, high], nice: false },
    axis: { ...axis, values: logTicks(low, high) },
  };
}

function tornadoSpec({ bars, xTitle }: TornadoChart): TopLevelSpec {
  return {
    data: { values: bars.map((bar) => ({ ...bar })) },
    mark: { type: "bar", height: { band: 0.6 }, color: colour("old") },
    encoding: {
      y: {
        field: "input",
        type: "nominal",
        sort: null,
        title: null,
        axis: { minExtent: 220, maxExtent: 320, labelLimit: 310, grid: false },
      },
      x: {
        field: "from",
        type: "quantitative",
        title: xTitle,
        scale: { zero: false },
        axis: { labelExpr: numberLabel, grid: true },
      },
      x2: { field: "to" },
    },
  };
}
