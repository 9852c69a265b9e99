import type { Cell, Column, TableView } from "../view/table.ts";
import { type Html, html } from "./html.ts";

/** A table that scrolls by itself where the page is narrower than it. */
export function tableHtml(table: TableView, caption: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="${classOf(table)}">
<caption>${caption}</caption>
<thead><tr>${table.columns.map((column) => html`<th scope="col" class="${[column.align, column.colour].join(" ")}">${column.title}</th>`)}</tr></thead>
<tbody>${bodyRows(table)}</tbody>
</table></div>
${table.notes.map((note) => html`<p class="note">${note}</p>`)}`;
}

/** Columns to compare stand close; many get less room between them; in tables of words the first gets more. */
function classOf({ columns }: TableView): string {
  if (columns.some((column) => column.colour !== undefined)) return "pair";
  if (columns.length > 8) return "dense";
  return columns.every(({ align }) => align === "start") ? "words" : "";
}

function bodyRows({ rows, columns }: TableView): Html[] {
  return rows.map(({ cells, group }, index) => {
    const startsGroup = index > 0 && group !== rows[index - 1]?.group;
    return html`<tr${startsGroup ? html` class="apart"` : undefined}>${cells.map((cell, at) => cellHtml(cell, columns[at], at))}</tr>
`;
  });
}

function cellHtml({ text, tone }: Cell, column: Column | undefined, index: number): Html {
  const classes = [column?.align ?? "start", ...(tone === undefined ? [] : [tone])].join(" ");
  if (index === 0) return html`<th scope="row" class="${classes}"><bdi>${text}</bdi></th>`;
  return html`<td class="${classes}"><bdi>${text}</bdi></td>`;
}
