import type { Panel } from "../charts/panels.ts";
import type { ColourName, FigureView, LegendEntry } from "../view/figure.ts";
import { type Html, html, trustedHtml } from "./html.ts";
import { tableHtml } from "./table.ts";

/** A figure with its words, its legend and, folded away, its numbers. */
export function figureHtml(
  figure: FigureView<unknown> | undefined,
  panels: readonly Panel[],
): Html | undefined {
  if (figure === undefined || panels.length === 0) return undefined;
  const { title, explanation, legend, table } = figure;
  return html`<figure>
<figcaption><h3>${title}</h3><p>${explanation}</p></figcaption>
<ul class="legend">${legend.map((entry) => html`<li>${swatch(entry)}<span>${entry.label}</span></li>`)}</ul>
<div class="${panels.length > 1 ? "panels two" : "panels"}">${panels.map((panel) => panelHtml(panel, figure))}</div>
${table === undefined ? undefined : html`<details><summary>Numbers</summary>${tableHtml(table, title)}</details>`}
</figure>
`;
}

function panelHtml(
  { heading, wideSvg, narrowSvg }: Panel,
  { title, description }: FigureView<unknown>,
): Html {
  const label = heading === undefined ? `${title}. ${description}` : `${title}, ${heading}. ${description}`;
  return html`<div class="panel" role="img" aria-label="${label}">${
    heading === undefined ? undefined : html`<h4>${heading}</h4>`
  }<div class="wide" aria-hidden="true">${trustedHtml(wideSvg)}</div><div class="narrow" aria-hidden="true">${trustedHtml(narrowSvg)}</div></div>`;
}

/** A sample of the line or the area, in the colour that it has in the figure. */
function swatch({ colour, mark }: LegendEntry): Html {
  const paint = `var(--${colour satisfies ColourName})`;
  if (mark === "area") {
    return html`<svg width="14" height="12" aria-hidden="true"><rect width="14" height="12" rx="2" fill="${paint}"/></svg>`;
  }
  if (mark === "triangle") {
    return html`<svg width="14" height="12" aria-hidden="true"><path d="M7 1 13 11H1Z" fill="${paint}"/></svg>`;
  }
  const dashes = { solid: "none", dashed: "5 3", dotted: "1 3" }[mark];
  return html`<svg width="24" height="12" aria-hidden="true"><path d="M1 6H23" stroke="${paint}" stroke-width="2" stroke-dasharray="${dashes}"/></svg>`;
}
