import type { SpectrumData } from "../view/spectrum-figure.ts";
import { durationChannel, type Layer, type Layered, type XChannel } from "./axes.ts";
import { versionColour } from "./latency.ts";
import type { FigureSize } from "./theme.ts";

const percentileLabel = "'p' + format(100 - 100 / datum.value, '~r')";

/** Percentiles on an axis of 1/(1 − q): p90, p99 and p99.9 stand at equal distances. */
export function spectrumSpec(
  { points: all, scale }: SpectrumData,
  { isNarrow, heightPixels }: FigureSize,
): Layered {
  // A logarithmic axis has no place for zero.
  const points = scale === "log" ? all.filter(({ ms }) => ms > 0) : all;
  const x = tailChannel(
    points.reduce((left, { tail }) => Math.max(left, tail), 10),
    isNarrow,
  );
  const y = durationChannel(
    points.map(({ ms }) => ms),
    { scale, heightPixels },
  );
  const supported = points.filter(({ isSupported }) => isSupported);
  return { layer: [curve(points, { x, y, opacity: 0.4 }), curve(supported, { x, y, opacity: 1 })] };
}

function tailChannel(longestTail: number, isNarrow: boolean): XChannel {
  const decades = Array.from({ length: Math.ceil(Math.log10(longestTail)) }, (_, index) => 10 ** (index + 1));
  return {
    field: "tail",
    type: "quantitative",
    title: null,
    scale: { type: "log", domain: [1, longestTail], nice: false },
    axis: {
      values: isNarrow ? decades : [2, ...decades],
      labelExpr: percentileLabel,
      labelOverlap: decades.length > 6,
      grid: true,
    },
  };
}

function curve(
  points: SpectrumData["points"],
  {
    x,
    y,
    opacity,
  }: { readonly x: XChannel; readonly y: ReturnType<typeof durationChannel>; readonly opacity: number },
): Layer {
  return {
    data: { values: points.map(({ version, tail, ms }) => ({ version, tail, ms })) },
    mark: { type: "line", strokeWidth: 2, opacity },
    encoding: {
      x,
      y,
      color: versionColour,
      strokeDash: {
        field: "version",
        scale: {
          domain: ["old", "new"],
          range: [
            [1, 0],
            [6, 3],
          ],
        },
        legend: null,
      },
    },
  };
}
