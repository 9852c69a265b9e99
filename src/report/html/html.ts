import { escapeMarkup } from "../text/escape-markup.ts";
import { withKeptUnits } from "../text/unit-spaces.ts";

/** Markup that is safe to place in a page. Only `html` and `trustedHtml` make it. */
export type Html = { readonly markup: string };

type Content = Html | string | number | undefined | readonly Content[];

/**
 * Template tag: text between the tags is escaped and keeps units with their numbers, pieces made by `html`
 * stay as they are. `undefined` gives nothing.
 *
 * @example html`<p>${result.scenario.name}</p>`
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = strings.map((literal, index) => literal + markupOf(contents[index]));
  return { markup: parts.join("") };
}

/** Markup from a renderer that escapes by itself, such as a compiled figure. */
export function trustedHtml(markup: string): Html {
  return { markup };
}

function markupOf(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string") return escapeMarkup(withKeptUnits(content));
  if (typeof content === "number") return String(content);
  return isList(content) ? content.map(markupOf).join("") : content.markup;
}

function isList(content: Html | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}
