import type { ReportView } from "../view.ts";
import { type Html, html } from "./html.ts";
import { proseHtml } from "./prose.ts";

/** What stands above everything else: the verdict, what to mind, the figures that people look for. */
export function headHtml(view: ReportView): Html {
  return html`<header>
<div class="top"><span class="brand">${mark}Twinlane</span><span><bdi>${view.title}</bdi></span><span class="meta">${view.subtitle}</span></div>
${verdictHtml(view)}
${view.notices.map(
  ({
    tone,
    title,
    lines,
  }) => html`<div class="notice ${tone}" role="note"><strong>${title}</strong>${lines.map(
    (line) => html`<p>${proseHtml(line)}</p>`,
  )}</div>
`,
)}${tilesHtml(view)}
</header>
`;
}

/** Two lanes. */
const mark = html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M5 1V17" stroke="var(--old)" stroke-width="3.4" stroke-linecap="round"/><path d="M13 1V17" stroke="var(--new)" stroke-width="3.4" stroke-linecap="round" stroke-dasharray="4.6 5.2"/></svg>`;

/** Characters from which on a headline is set smaller, to stay within three lines. */
const longHeadline = 100;

function verdictHtml({ verdict, description, origin }: ReportView): Html {
  return html`<div class="verdict"><span class="state ${verdict.tone}">${verdict.state}</span>${
    origin === undefined ? undefined : html` <span class="state origin">${origin}</span>`
  }
<h1 class="${verdict.sentence.length > longHeadline ? "long" : ""}"><bdi>${verdict.sentence}</bdi></h1>
${description === undefined ? undefined : html`<p class="about"><bdi>${description}</bdi></p>`}
${verdict.reasons.length === 0 ? undefined : html`<ul>${verdict.reasons.map((reason) => html`<li>${proseHtml(reason)}</li>`)}</ul>`}</div>`;
}

function tilesHtml({ tiles }: ReportView): Html | undefined {
  if (tiles.length === 0) return undefined;
  return html`<dl class="tiles">${tiles.map(
    ({
      title,
      value,
      note,
      tone,
    }) => html`<div><dt>${title}</dt><dd class="value ${tone ?? ""}">${value}</dd><dd class="note">${note}</dd></div>
`,
  )}</dl>`;
}
