import { type ResourceData, type Role, roleMarks } from "../view/resource-figure.ts";
import { type Layered, timeChannel } from "./axes.ts";
import { colour, dashesOf, type FigureSize } from "./theme.ts";
import { timelineLayers, timelinePadding } from "./timeline.ts";

const coresLabel = "format(datum.value, '~g')";
const bytesLabel =
  "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' GB' : format(datum.value / 1e6, '~g') + ' MB'";

/** Cores in use, or memory, a line for each part of the run. */
export function resourcesSpec(data: ResourceData, size: FigureSize, quantity: "cpu" | "memory"): Layered {
  const x = timeChannel(data.timeline, size);
  const roles: Role[] = [...data.roles];
  const labelExpr = quantity === "cpu" ? coresLabel : bytesLabel;
  return {
    padding: timelinePadding,
    data: { values: data[quantity].map((point) => ({ ...point })) },
    layer: [
      ...timelineLayers(data.timeline, size),
      {
        mark: { type: "line", strokeWidth: 1.8 },
        encoding: {
          x,
          y: {
            field: "value",
            type: "quantitative",
            title: null,
            scale: { domainMin: 0, nice: true },
            axis: { labelExpr, tickCount: 4 },
          },
          color: {
            field: "role",
            type: "nominal",
            scale: { domain: roles, range: roles.map((role) => colour(roleMarks[role].colour)) },
            legend: null,
          },
          strokeDash: {
            field: "role",
            type: "nominal",
            scale: { domain: roles, range: roles.map((role) => dashesOf[roleMarks[role].mark]) },
            legend: null,
          },
        },
      },
    ],
  };
}
