/** A column: its heading, and whether its cells stand left (words) or right (numbers). */
export type Column = { readonly heading: string; readonly align: "left" | "right" };

/** Plain text: a heading, a rule, and rows in columns as wide as their widest cell. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, index) =>
    Math.max(...heading.split("\n").map(width), ...rows.map((row) => width(row[index] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align))
      .join("  ")
      .trimEnd();
  const headingLines = Math.max(...columns.map(({ heading }) => heading.split("\n").length));
  const headings = Array.from({ length: headingLines }, (_, at) =>
    line(columns.map(({ heading }) => heading.split("\n")[at] ?? "")),
  );
  const rule = widths.map((columnWidth) => "─".repeat(columnWidth)).join("  ");
  return [...headings, rule, ...rows.map(line)].join("\n");
}

export function left(heading: string): Column {
  return { heading, align: "left" };
}

export function right(heading: string): Column {
  return { heading, align: "right" };
}

function pad(text: string, columnWidth: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, columnWidth - width(text)));
  return align === "left" ? text + space : space + text;
}

/** Characters, not UTF-16 units. */
function width(text: string): number {
  return [...text].length;
}
