import type { HealthData } from "../view/health-figure.ts";
import { durationChannel, type Layered, timeChannel } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

/** A flat strip: the generator's lateness, on the axis of the other figures. */
export function healthSpec({ timeline, points }: HealthData, size: FigureSize): Layered {
  const valuesMs = points.map(({ ms }) => ms);
  return {
    padding: timelinePadding,
    data: { values: points.map((point) => ({ ...point })) },
    layer: [
      ...timelineLayers(timeline, size),
      {
        mark: { type: "line", color: colour("muted"), strokeWidth: 1.5 },
        encoding: {
          x: timeChannel(timeline, size),
          y: durationChannel(valuesMs, { scale: "linear", heightPixels: size.heightPixels }),
        },
      },
    ],
  };
}
