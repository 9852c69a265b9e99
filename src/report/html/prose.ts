import { codeSpans } from "../text/code-spans.ts";
import { type Html, html } from "./html.ts";

/** A sentence of ours, in which backticks set code apart. */
export function proseHtml(sentence: string): readonly Html[] {
  return codeSpans(sentence).map(({ text, isCode }) => (isCode ? html`<code>${text}</code>` : html`${text}`));
}
