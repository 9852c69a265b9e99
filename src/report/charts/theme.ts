import type { Config } from "vega-lite";
import type { ColourName, LegendEntry } from "../view/figure.ts";

/**
 * Colours are variables of the page, so that one SVG serves light, dark and paper; the value after the comma
 * is what a figure looks like when it is taken out of the page. Old and new are two of Okabe and Ito's
 * colours, which people with any kind of colour vision tell apart.
 */
const fallbacks: Readonly<Record<ColourName | "grid" | "shade", string>> = {
  old: "#0072B2",
  new: "#D55E00",
  ink: "#1c2024",
  muted: "#5c646d",
  band: "#d7dade",
  bad: "#b3261e",
  grid: "#e4e6e9",
  shade: "#f1f2f4",
  doubt: "#fbe9bd",
  "part-1": "#CC79A7",
  "part-2": "#DCC712",
  "part-3": "#009E73",
  "part-4": "#B7BDC4",
  "part-5": "#7F6FB5",
  "part-6": "#4A5665",
};

export function colour(name: keyof typeof fallbacks): string {
  return `var(--${name}, ${fallbacks[name]})`;
}

/** Strokes and gaps of a line, as its legend shows them. */
export const dashesOf: Readonly<Record<LegendEntry["mark"], number[]>> = {
  solid: [1, 0],
  dashed: [5, 3],
  dotted: [1, 3],
  area: [1, 0],
  triangle: [1, 0],
};

/** How wide a figure is drawn: beside a wide text, half of that, on a telephone. */
export type FigureSize = {
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly isNarrow: boolean;
};

export const fontPixels = 12;
/** Room for the labels of every vertical axis, so that figures stand in line. */
export const yAxisPixels = 52;

/** No frame, hairlines for the grid, the page's own font. */
export const themeConfig: Config = {
  background: "transparent",
  padding: { left: 2, right: 10, top: 4, bottom: 2 },
  font: "inherit",
  view: { stroke: null },
  axis: {
    domain: false,
    ticks: false,
    gridColor: colour("grid"),
    gridWidth: 1,
    labelColor: colour("muted"),
    labelFontSize: fontPixels,
    labelPadding: 8,
    labelOverlap: true,
    titleColor: colour("muted"),
    titleFontSize: fontPixels,
    titleFontWeight: "normal",
    titlePadding: 6,
  },
  axisX: { grid: false, domain: true, domainColor: colour("band"), labelPadding: 6 },
  axisY: { minExtent: yAxisPixels, maxExtent: yAxisPixels },
  line: { strokeCap: "butt", strokeJoin: "round" },
  text: { fontSize: fontPixels, color: colour("ink") },
  mark: { invalid: "break-paths-show-path-domains" },
};
