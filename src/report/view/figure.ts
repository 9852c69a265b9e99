import type { TableView } from "./table.ts";

/** A figure before it is drawn: its words, and the numbers that go to the chart. */
export type FigureView<Data> = {
  readonly title: string;
  /** What it shows and how to read it, in a line. */
  readonly explanation: string;
  /** What a reader who can't see it should know. */
  readonly description: string;
  readonly legend: readonly LegendEntry[];
  /** The same numbers for those who would rather read them. */
  readonly table?: TableView;
  readonly data: Data;
};

export type LegendEntry = {
  readonly label: string;
  readonly colour: ColourName;
  readonly mark: "solid" | "dashed" | "dotted" | "area" | "triangle";
};

/** Colours are names here; the page says what they look like in light, in dark and on paper. */
export type ColourName =
  | "old"
  | "new"
  | "ink"
  | "muted"
  | "band"
  | "bad"
  | "doubt"
  | "part-1"
  | "part-2"
  | "part-3"
  | "part-4"
  | "part-5"
  | "part-6";
