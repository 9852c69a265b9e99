/**
 * A table ready to be printed: every figure is already a text. HTML, Markdown and the terminal print the same
 * one, so that they can't disagree.
 */
export type TableView = {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Remarks that belong under the table. */
  readonly notes: readonly string[];
};

export type Column = {
  readonly title: string;
  readonly align: "start" | "end";
  /** The version that a column is about, where each has one. */
  readonly colour?: "old" | "new";
  /** The title where space is short; without one, a terminal leaves the column out if the table has any. */
  readonly short?: string;
  /** Left out where space is short. */
  readonly isExtra?: boolean;
};

/** The first cell names the row. */
export type Row = {
  /** Rows of one group stand together, a little apart from the others. */
  readonly group?: string;
  readonly cells: readonly Cell[];
};

export type Cell = {
  readonly text: string;
  /** The same where space is short: in a terminal. */
  readonly short?: string;
  readonly tone?: Tone;
};

/** What a text says about the service: fine, a failure, not decided, a remark in the background. */
export type Tone = "good" | "bad" | "unsure" | "quiet";

/** Most rows of a table that grows with the scenario: endpoints, checks, processes, kinds of failure. */
const maxRows = 200;

/** The table with its first rows, and a remark on how many are left out. */
export function bounded(table: TableView): TableView {
  const left = table.rows.length - maxRows;
  if (left <= 0) return table;
  const note = `${left.toLocaleString("en-US")} more rows are in result.json.`;
  return { ...table, rows: table.rows.slice(0, maxRows), notes: [...table.notes, note] };
}

export function textColumn(title: string): Column {
  return { title, align: "start" };
}

export function numberColumn(title: string): Column {
  return { title, align: "end" };
}
