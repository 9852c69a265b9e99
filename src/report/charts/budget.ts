import { type BudgetData, budgetColours } from "../view/budget-figure.ts";
import type { Layered } from "./axes.ts";
import { colour, type FigureSize } from "./theme.ts";

const durationLabel =
  "datum.value >= 1000 ? format(datum.value / 1000, '~g') + ' s' : format(datum.value, '~g') + ' ms'";

/** A bar for each version, its parts from left to right in the order in which a request passes them. */
export function budgetSpec({ pieces }: BudgetData, { isNarrow }: FigureSize): Layered {
  return {
    data: { values: pieces.map((piece) => ({ ...piece })) },
    layer: [
      {
        mark: { type: "bar", height: { band: 0.62 }, stroke: "var(--paper, #fff)", strokeWidth: 1 },
        encoding: {
          y: { field: "version", type: "nominal", sort: ["old", "new"], title: null, axis: { grid: false } },
          x: {
            field: "ms",
            type: "quantitative",
            aggregate: "sum",
            stack: "zero",
            title: null,
            axis: { labelExpr: durationLabel, grid: true, tickCount: isNarrow ? 4 : 8 },
          },
          order: { field: "order", type: "ordinal" },
          color: {
            field: "order",
            type: "ordinal",
            scale: { domain: budgetColours.map((_, index) => index), range: budgetColours.map(colour) },
            legend: null,
          },
        },
      },
    ],
  };
}
