import { type MachineData, machineLines } from "../view/machine-figure.ts";
import { type Layered, timeChannel } from "./axes.ts";
import { colour, dashesOf, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

const shareLabel = "format(datum.value * 100, '~r') + ' %'";

/** Shares of time from none to all of it. */
export function machineSpec({ timeline, lines, points }: MachineData, size: FigureSize): Layered {
  const legends = lines.map((line) => machineLines[line].legend);
  const domain = [...lines];
  return {
    padding: timelinePadding,
    data: { values: points.map((point) => ({ ...point })) },
    layer: [
      ...timelineLayers(timeline, size),
      {
        mark: { type: "line", strokeWidth: 1.5 },
        encoding: {
          x: timeChannel(timeline, size),
          y: {
            field: "share",
            type: "quantitative",
            title: null,
            scale: { domain: [0, 1], nice: false },
            axis: { labelExpr: shareLabel, values: [0, 0.5, 1] },
          },
          color: {
            field: "line",
            type: "nominal",
            scale: { domain, range: legends.map((legend) => colour(legend.colour)) },
            legend: null,
          },
          strokeDash: {
            field: "line",
            type: "nominal",
            scale: { domain, range: legends.map(({ mark }) => dashesOf[mark]) },
            legend: null,
          },
        },
      },
    ],
  };
}
