import type { LatencyData } from "../view/latency-figure.ts";
import { type ColourChannel, durationChannel, type Layered, timeChannel } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

/** p50 solid, the tail dashed, a triangle at the top where the tail was not met. */
export function latencySpec({ timeline, points, notMet, scale }: LatencyData, size: FigureSize): Layered {
  const x = timeChannel(timeline, size);
  const valuesMs = points.map(({ ms }) => ms).filter((ms) => ms !== null);
  const color = versionColour;
  return {
    padding: timelinePadding,
    data: { values: points.map((point) => ({ ...point, ms: placeable(point.ms, scale) })) },
    layer: [
      ...timelineLayers(timeline, size),
      {
        mark: { type: "line" },
        encoding: {
          x,
          y: durationChannel(valuesMs, { scale, heightPixels: size.heightPixels }),
          color,
          strokeDash: {
            field: "line",
            scale: {
              domain: ["median", "upper"],
              range: [
                [1, 0],
                [4, 3],
              ],
            },
            legend: null,
          },
          strokeWidth: {
            field: "line",
            type: "ordinal",
            scale: { domain: ["median", "upper"], range: [2, 1.5] },
            legend: null,
          },
        },
      },
      {
        data: { values: notMet.map((moment) => ({ ...moment })) },
        mark: { type: "point", shape: "triangle-up", filled: true, size: 50, opacity: 1, yOffset: 5 },
        encoding: { x, y: { value: 0 }, color },
      },
    ],
  };
}

/** A logarithmic axis has no place for zero. */
function placeable(ms: number | null, scale: LatencyData["scale"]): number | null {
  return ms !== null && (ms > 0 || scale === "linear") ? ms : null;
}

/** Old and new in the colours that they have everywhere. */
export const versionColour: ColourChannel = {
  field: "version",
  scale: { domain: ["old", "new"], range: [colour("old"), colour("new")] },
  legend: null,
};
