import type { DrawnFigures } from "../charts/panels.ts";
import type { ReportView } from "../view.ts";
import { figureHtml } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { proseHtml } from "./prose.ts";
import { tableHtml } from "./table.ts";

/** How far the figures can be trusted: the verdict on the instrument first, what it rests on below. */
export function instrumentHtml({ instrument, figures }: ReportView, drawn: DrawnFigures): Html | undefined {
  if (instrument === undefined) return undefined;
  const { tone, sentence, notes, doubtful, floor, processes, machine } = instrument;
  return html`<p class="${tone}">${sentence}</p>
${notes.map((note) => html`<p class="remark"><bdi>${proseHtml(note)}</bdi></p>`)}
${part("Not to be trusted", doubtful)}
${part("What the instrument adds", floor)}
${figureHtml(figures.health, drawn.health)}
${figureHtml(figures.machine, drawn.machine)}
${machine === undefined ? undefined : html`<p class="note">${machine}</p>`}
${part("What each process had to wait for", processes)}
<p class="note">docs/instrument.md tells how each of these is measured and where its limit lies.</p>`;
}

function part(title: string, table: Parameters<typeof tableHtml>[0] | undefined): Html | undefined {
  if (table === undefined) return undefined;
  return html`<div class="part"><h3>${title}</h3>${tableHtml(table, title)}</div>
`;
}
