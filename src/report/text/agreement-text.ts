import type { Agreement } from "../../result/agreement-schema.ts";
import { capacityTable, loadViews } from "../view/agreement.ts";
import type { TableView, Tone } from "../view/table.ts";
import { paintWith } from "./paint.ts";
import { plainText } from "./plain-text.ts";
import type { SummaryOptions } from "./run-summary.ts";
import { textTable } from "./text-table.ts";
import { hangingLines, hangingText } from "./wrap.ts";

/** What `twinlane predict` prints: the verdict, each load with the three clocks side by side, old against new. */
export function renderAgreement(agreement: Agreement, { colour, widthColumns }: SummaryOptions): string {
  const paint = paintWith(colour);
  const { verdict, scenario } = agreement;
  const capacity = capacityTable(agreement);
  const headline = `${paint(verdict.state, stateTones[verdict.state])}  ${plainText(scenario.name)}: ${verdict.sentence}`;
  const notes = (table: TableView) => table.notes.flatMap((note) => hangingLines(`  ${note}`, widthColumns));
  const loads = loadViews(agreement).map(({ title, table }) =>
    [
      paint(title, "strong"),
      ...textTable(table, { paint, widthColumns }),
      ...notes(table).map((note) => paint(note, "quiet")),
    ].join("\n"),
  );
  const servers =
    capacity === undefined
      ? []
      : [
          [
            paint("Servers, each version carrying everybody alone", "strong"),
            ...textTable(capacity, { paint, widthColumns }),
            ...notes(capacity),
          ].join("\n"),
        ];
  return `${[hangingText(headline, widthColumns), ...loads, ...servers].join("\n\n")}\n`;
}

const stateTones: Readonly<Record<Agreement["verdict"]["state"], Tone>> = {
  PASS: "good",
  FAIL: "bad",
  INCONCLUSIVE: "unsure",
  "NO DATA": "unsure",
};
