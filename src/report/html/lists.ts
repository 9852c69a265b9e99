import type { ReportView } from "../view.ts";
import { type Html, html } from "./html.ts";
import { proseHtml } from "./prose.ts";

export function eventsHtml({ events, method }: ReportView): Html | undefined {
  if (events.length === 0) return undefined;
  const source =
    method === "simulated" ? html`<p class="note">Events are those of the first replication.</p>` : undefined;
  return html`<ol class="events" aria-label="Events">${events.map(
    ({ number, at, kind, message }) =>
      html`<li><b>${number}</b><span class="at">${at}</span><span class="kind">${kind}</span><span class="message"><bdi>${message}</bdi></span></li>
`,
  )}</ol>${source}`;
}

/** The split, the copies and the balance: where every request went. */
export function ledgerHtml({ split, mirror, behind, ledger }: ReportView): Html | undefined {
  const lines = [
    ...(split === undefined ? [] : [line("Split", split.text, split.tone === "bad")]),
    ...(mirror === undefined ? [] : [line("Mirror", mirror, false)]),
    ...behind.map(({ title, text }) => line(title, text, false)),
    ...ledger.map(({ title, equation, balanced }) => line(`Ledger, ${title}`, equation, !balanced)),
  ];
  return lines.length === 0 ? undefined : html`<ul class="lines">${lines}</ul>`;
}

export function runCardHtml({ runCard }: ReportView): Html {
  return html`<ul class="lines two">${runCard.map(({ title, text }) => line(title, text, false))}</ul>`;
}

function line(key: string, text: string, isBad: boolean): Html {
  return html`<li><span class="key">${key}</span><span class="${isBad ? "bad" : ""}"><bdi>${text}</bdi></span></li>
`;
}

export function bottlenecksHtml({ bottlenecks }: ReportView): Html | undefined {
  if (bottlenecks === undefined) return undefined;
  const { basis, links, beyond } = bottlenecks;
  return html`<p class="note">${basis}</p><ol class="bottlenecks">${links.map(
    ({ resource, at, reason, remedy }) =>
      html`<li><p><strong><bdi>${resource}</bdi></strong><span class="at">${at}</span></p><p><bdi>${reason}</bdi><span class="remedy">→ <bdi>${remedy}</bdi></span></p></li>
`,
  )}</ol>${beyond === undefined ? undefined : html`<p class="note"><bdi>${beyond}</bdi></p>`}`;
}

const assumptionTitles = {
  measured: "The figures of growth are calculated, and assume",
  simulated: "These figures are simulated, those of growth calculated; they assume",
  modelled: "These figures are calculated, and assume",
} as const;

export function assumptionsHtml({ assumptions, method }: ReportView): Html | undefined {
  if (assumptions.length === 0) return undefined;
  return html`<div class="assumptions"><h3>${assumptionTitles[method]}</h3><ul>${assumptions.map(
    (assumption) => html`<li>${proseHtml(assumption)}</li>`,
  )}</ul></div>`;
}
