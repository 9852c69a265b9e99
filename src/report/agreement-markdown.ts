import type { Agreement } from "../result/agreement-schema.ts";
import { plainText } from "./text/plain-text.ts";
import { capacityTable, loadViews } from "./view/agreement.ts";
import type { TableView } from "./view/table.ts";

/** `agreement.md`: the same tables as in the terminal, for pull requests and job summaries. */
export function agreementMarkdown(agreement: Agreement): string {
  const { verdict, scenario, calibratedAt } = agreement;
  const capacity = capacityTable(agreement);
  const loads = calibratedAt.map(({ load }) => `${Number((load * 100).toPrecision(6))} %`).join(", ");
  return [
    `# ${verdict.state}: ${escaped(verdict.sentence)}`,
    `${escaped(plainText(scenario.name))}: calibrated at ${loads} of the load, foretold, then measured.`,
    ...loadViews(agreement).flatMap(({ title, table }) => [`## ${escaped(title)}`, markdownTable(table)]),
    ...(capacity === undefined
      ? []
      : ["## Servers, each version carrying everybody alone", markdownTable(capacity)]),
    "",
  ].join("\n\n");
}

function markdownTable({ columns, rows, notes }: TableView): string {
  const line = (texts: readonly string[]) => `| ${texts.map(escaped).join(" | ")} |`;
  return [
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ align }) => (align === "end" ? "--:" : "---")).join(" | ")} |`,
    ...rows.map(({ cells }) => line(cells.map(({ text }) => text))),
    ...notes.flatMap((note) => ["", escaped(note)]),
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`);
}
