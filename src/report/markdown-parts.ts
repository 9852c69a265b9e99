import { codeSpans } from "./text/code-spans.ts";
import type { TableView } from "./view/table.ts";

/** A table in lines, without its title: head, rows, notes. */
export function markdownTable({ columns, rows, notes }: TableView): string[] {
  const line = (texts: readonly string[]) => `| ${texts.map(escapeMarkdown).join(" | ")} |`;
  return [
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ align }) => (align === "end" ? "--:" : "---")).join(" | ")} |`,
    ...rows.map(({ cells }) => line(cells.map(({ text }) => text))),
    ...notes.flatMap((note) => ["", escapeMarkdown(note)]),
  ];
}

/** Nothing in a text is markup: neither Markdown's own nor the HTML that it lets through. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_[\]|~#@!]/g, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll("://", "&#58;//");
}

/** A sentence of ours, in which backticks set code apart. */
export function proseMarkdown(sentence: string): string {
  return codeSpans(sentence)
    .map(({ text, isCode }) => (isCode ? `<code>${escapeMarkdown(text)}</code>` : escapeMarkdown(text)))
    .join("");
}
