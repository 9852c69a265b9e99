import type { SplitData } from "../view/split-figure.ts";
import { type Layered, timeChannel } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

const shareLabel = "format(datum.value * 100, '~r') + ' %'";

/** The actual share as steps on the band that chance allows, the configured one dashed. */
export function splitSpec({ timeline, points }: SplitData, size: FigureSize): Layered {
  const x = timeChannel(timeline, size);
  const highest = Math.max(
    ...points.map(({ realised, configured, high }) => Math.max(realised ?? 0, configured, high)),
  );
  const scale = { domain: [0, Math.min(1, highest * 1.08)], nice: false };
  const y = (field: string) =>
    ({
      field,
      type: "quantitative",
      title: null,
      scale,
      axis: { labelExpr: shareLabel, tickCount: 4 },
    }) as const;
  const rows = points.map((point) => ({ ...point, middle: (point.second + point.end) / 2 }));
  const last = rows.at(-1);
  // What holds for a whole bin is drawn to its end.
  const steps = last === undefined ? [] : [...rows, { ...last, second: last.end }];
  return {
    padding: timelinePadding,
    layer: [
      ...timelineLayers(timeline, size),
      {
        data: { values: steps },
        mark: { type: "area", color: colour("band"), opacity: 0.7, interpolate: "step-after" },
        encoding: { x, y: y("low"), y2: { field: "high" } },
      },
      {
        data: { values: steps },
        mark: {
          type: "line",
          color: colour("ink"),
          strokeWidth: 1.2,
          strokeDash: [5, 3],
          interpolate: "step-after",
        },
        encoding: { x, y: y("configured") },
      },
      {
        data: { values: rows },
        mark: {
          type: "line",
          color: colour("new"),
          strokeWidth: 1.6,
          point: { filled: true, size: 14, color: colour("new") },
        },
        encoding: { x: { ...x, field: "middle" }, y: y("realised") },
      },
    ],
  };
}
