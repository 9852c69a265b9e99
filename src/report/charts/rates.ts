import type { Version } from "../../base/version.ts";
import type { RateData } from "../view/rate-figure.ts";
import { type Layered, timeChannel } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

const rateLabel = "format(datum.value, datum.value < 10 ? '~g' : ',') + '/s'";

/** One version: what was offered as a line over what it achieved as an area. */
export function ratesSpec({ timeline, points }: RateData, size: FigureSize, version: Version): Layered {
  const x = timeChannel(timeline, size);
  const own = points.filter((point) => point.version === version);
  const scale = {
    domainMin: 0,
    domainMax: Math.max(1, ...own.map(({ offered }) => offered)) * 1.05,
    nice: false,
  };
  const axis = { labelExpr: rateLabel, tickCount: 4 };
  return {
    padding: timelinePadding,
    data: { values: own.map(({ second, offered, achieved }) => ({ second, offered, achieved })) },
    layer: [
      ...timelineLayers(timeline, size),
      {
        mark: { type: "area", color: colour(version), opacity: 0.45, interpolate: "step-after" },
        encoding: { x, y: { field: "achieved", type: "quantitative", title: null, scale, axis } },
      },
      {
        mark: { type: "line", color: colour("ink"), strokeWidth: 1.2, interpolate: "step-after" },
        encoding: { x, y: { field: "offered", type: "quantitative", title: null, scale } },
      },
    ],
  };
}
