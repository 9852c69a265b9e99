import type { Agreement } from "../result/agreement-schema.ts";
import { escapeMarkdown, markdownTable } from "./markdown-parts.ts";
import { plainText } from "./text/plain-text.ts";
import { capacityTable, loadViews } from "./view/agreement.ts";

/** `agreement.md`: the same tables as in the terminal, for pull requests and job summaries. */
export function agreementMarkdown(agreement: Agreement): string {
  const { verdict, scenario, calibratedAt } = agreement;
  const capacity = capacityTable(agreement);
  const loads = calibratedAt.map(({ load }) => `${Number((load * 100).toPrecision(6))} %`).join(", ");
  return [
    `# ${verdict.state}: ${escapeMarkdown(verdict.sentence)}`,
    `${escapeMarkdown(plainText(scenario.name))}: calibrated at ${loads} of the load, foretold, then measured.`,
    ...loadViews(agreement).flatMap(({ title, table }) => [
      `## ${escapeMarkdown(title)}`,
      markdownTable(table).join("\n"),
    ]),
    ...(capacity === undefined
      ? []
      : ["## Servers, each version carrying everybody alone", markdownTable(capacity).join("\n")]),
    "",
  ].join("\n\n");
}
