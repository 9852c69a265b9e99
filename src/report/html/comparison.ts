import type { ComparisonView } from "../view/comparison.ts";
import { type Html, html } from "./html.ts";
import { tableHtml } from "./table.ts";

/** Differing answers by endpoint and field; examples are folded away. */
export function comparisonHtml(view: ComparisonView | undefined): Html | undefined {
  if (view === undefined) return undefined;
  const { sentence, tone, fields, endpoints, examples } = view;
  return html`<ul class="lines"><li><span class="key">Compared</span><span class="${tone === "bad" ? "bad" : ""}"><bdi>${sentence}</bdi></span></li></ul>
${fields === undefined ? undefined : html`<div class="part"><h3>Fields that differ</h3>${tableHtml(fields, "Fields that differ")}</div>`}
${examples.map(
  ({
    title,
    table,
  }) => html`<details><summary><bdi>${title}</bdi></summary>${tableHtml(table, title)}</details>
`,
)}
<div class="part"><h3>By endpoint</h3>${tableHtml(endpoints, "Compared answers by endpoint")}</div>
`;
}
