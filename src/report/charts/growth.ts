import type { GrowthData } from "../view/growth-figure.ts";
import { type ColourChannel, type Layered, logTicks, type XChannel, type YChannel } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";

const countLabel =
  "datum.value < 1e3 ? format(datum.value, '~r') : datum.value < 1e6 ? format(datum.value / 1e3, '~r') + 'k'" +
  " : datum.value < 1e9 ? format(datum.value / 1e6, '~r') + 'M' : format(datum.value / 1e9, '~r') + 'B'";
const lines = ["old", "new", "total"];

/** Servers by users, both logarithmic; the total has its numbers beside its points. */
export function growthSpec({ points }: GrowthData, { isNarrow }: FigureSize): Layered {
  const users = [...new Set(points.map((point) => point.users))];
  const highest = points.reduce((left, { servers }) => Math.max(left, servers), 1);
  const x: XChannel = {
    field: "users",
    type: "quantitative",
    title: "users",
    scale: { type: "log", domain: [Math.min(...users), Math.max(...users)], nice: false, padding: 24 },
    axis: { values: users, labelExpr: countLabel, grid: true },
  };
  const y: YChannel = {
    field: "servers",
    type: "quantitative",
    title: null,
    scale: { type: "log", domain: [1, Math.max(10, highest * 3)], nice: false },
    axis: {
      labelExpr: countLabel,
      values: logTicks(1, highest * 3).filter((tick) => Number.isInteger(Math.log10(tick))),
    },
  };
  const color: ColourChannel = {
    field: "line",
    type: "nominal",
    scale: { domain: lines, range: [colour("old"), colour("new"), colour("ink")] },
    legend: null,
  };
  const values = points.map((point) => ({ ...point, text: point.servers.toLocaleString("en-US") }));
  return {
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeWidth: 2, point: { filled: true, size: 36 } },
        encoding: {
          x,
          y,
          color,
          strokeDash: {
            field: "line",
            scale: {
              domain: lines,
              range: [
                [1, 0],
                [6, 4],
                [1, 0],
              ],
            },
            legend: null,
          },
        },
      },
      {
        data: { values: values.filter(({ line }) => line === "total") },
        mark: { type: "text", dy: -12, fontWeight: 600, fontSize: isNarrow ? 11 : 12 },
        encoding: { x, y, text: { field: "text" } },
      },
    ],
  };
}
