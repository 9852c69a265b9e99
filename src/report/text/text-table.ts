import type { Cell, Column, Row, TableView } from "../view/table.ts";
import { type Paint, visibleWidth } from "./paint.ts";
import { wrapWords } from "./wrap.ts";

const gap = "  ";
const indent = "  ";
/** The narrowest that a last column of words may become before the table is turned into blocks. */
const narrowestColumns = 14;

export type TextTableOptions = { readonly paint: Paint; readonly widthColumns: number };

/**
 * A table as aligned lines, as wide as its widest texts. In a narrow terminal the versions lose their labels,
 * columns that can be spared are left out, and a last column of words wraps; where that is not enough, each row becomes a block of lines, so that no figure is ever broken.
 */
export function textTable(table: TableView, options: TextTableOptions): string[] {
  const widths = columnWidths(table);
  const excess = indent.length + sum(widths) + gap.length * (widths.length - 1) - options.widthColumns;
  if (excess <= 0) return alignedLines(table, widths, options.paint);
  if (table.columns.some(isLabelled)) return textTable(withoutLabels(table), options);
  if (table.columns.some(({ isExtra }) => isExtra)) return textTable(withoutExtras(table), options);
  const last = widths.length - 1;
  const narrowed = (widths[last] ?? 0) - excess;
  if (table.columns[last]?.align !== "start" || narrowed < narrowestColumns)
    return blockLines(table, options.paint);
  return alignedLines(table, widths.with(last, narrowed), options.paint);
}

function isLabelled({ colour, title }: Column): boolean {
  return colour !== undefined && title !== colour;
}

function withoutLabels(table: TableView): TableView {
  return {
    ...table,
    columns: table.columns.map((column) => ({ ...column, title: column.colour ?? column.title })),
  };
}

function withoutExtras({ columns, rows, notes }: TableView): TableView {
  const isKept = (_: unknown, index: number) => columns[index]?.isExtra !== true;
  return {
    columns: columns.filter(isKept),
    rows: rows.map((row) => ({ ...row, cells: row.cells.filter(isKept) })),
    notes,
  };
}

function columnWidths({ columns, rows }: TableView): number[] {
  return columns.map(({ title }, index) =>
    rows.reduce(
      (widest, { cells }) => Math.max(widest, visibleWidth(cells[index]?.text ?? "")),
      visibleWidth(title),
    ),
  );
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

function alignedLines({ columns, rows }: TableView, widths: readonly number[], paint: Paint): string[] {
  const line = (cells: readonly Cell[]) =>
    indent +
    cells
      .map((cell, index) =>
        padded(cell, { width: widths[index] ?? 0, end: columns[index]?.align === "end", paint }),
      )
      .join(gap)
      .trimEnd();
  const hasTitles = columns.some(({ title }) => title !== "");
  const header = line(columns.map(({ title }) => ({ text: title, tone: "quiet" })));
  const body = rows.flatMap(({ cells }) => wrappedLast(cells, widths.at(-1) ?? 0).map(line));
  return hasTitles ? [header, ...body] : body;
}

/** The row itself, and lines with the rest of its last text where that is wider than its column. */
function wrappedLast(cells: readonly Cell[], width: number): (readonly Cell[])[] {
  const last = cells.at(-1);
  if (last === undefined || visibleWidth(last.text) <= width) return [cells];
  const [first = "", ...rest] = wrapWords(last.text, width);
  const blank = cells.slice(1).map(() => ({ text: "" }));
  return [
    [...cells.slice(0, -1), { ...last, text: first }],
    ...rest.map((text) => [...blank, { ...last, text }]),
  ];
}

function padded(cell: Cell, options: { width: number; end: boolean; paint: Paint }): string {
  const space = " ".repeat(Math.max(0, options.width - visibleWidth(cell.text)));
  const text = options.paint(cell.text, cell.tone);
  return options.end ? space + text : text + space;
}

function blockLines({ columns, rows }: TableView, paint: Paint): string[] {
  const width = columns.slice(1).reduce((widest, { title }) => Math.max(widest, visibleWidth(title)), 0);
  return rows.flatMap((row) => blockOf(row, { columns, width, paint }));
}

type BlockOptions = { readonly columns: TableView["columns"]; readonly width: number; readonly paint: Paint };

function blockOf({ cells: [name, ...rest] }: Row, { columns, width, paint }: BlockOptions): string[] {
  const heading = [columns[0]?.title, name?.text]
    .filter((text) => text !== undefined && text !== "")
    .join(" ");
  const lines = rest.flatMap((cell, index) => {
    if (cell.text === "") return [];
    const title = columns[index + 1]?.title ?? "";
    const space = " ".repeat(width - visibleWidth(title));
    return [`${indent}${indent}${paint(title, "quiet")}${space}${gap}${paint(cell.text, cell.tone)}`];
  });
  return [`${indent}${heading}`, ...lines];
}
