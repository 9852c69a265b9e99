import type { ReportView } from "../view.ts";
import { type Html, html } from "./html.ts";
import { assumptionsHtml } from "./lists.ts";
import { tableHtml } from "./table.ts";

/** How sure a simulated result is; what it assumes stands right under its figures. */
export function simulationHtml(view: ReportView): Html | undefined {
  if (view.simulation === undefined) return undefined;
  const { sentences, estimates, scaling, growth } = view.simulation;
  return html`<p>${sentences.join(" ")}</p>
${estimates === undefined ? undefined : html`<div class="part">${tableHtml(estimates, "Estimates with their intervals")}</div>`}
${scaling === undefined ? undefined : html`<div class="part"><h3>Autoscaled servers</h3>${tableHtml(scaling, "Autoscaled servers")}</div>`}
${growth === undefined ? undefined : html`<div class="part"><h3>Servers by simulation</h3>${tableHtml(growth, "Servers by simulation")}</div>`}
${assumptionsHtml(view)}`;
}
