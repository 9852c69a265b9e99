import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { type TableView, type Tone, textColumn } from "./table.ts";

const toneOfState: Readonly<Record<RunResult["requirements"][number]["state"], Tone>> = {
  met: "good",
  "not met": "bad",
  "not tested": "quiet",
};

/** What a run of two versions side by side has to show, with the evidence; absent where nothing was run. */
export function requirementsTable({ requirements }: RunResult): TableView | undefined {
  if (requirements.length === 0) return undefined;
  return {
    columns: [textColumn("Requirement"), textColumn("State"), textColumn("Evidence")],
    rows: requirements.map(({ name, state, evidence }) => ({
      cells: [
        { text: plainText(name) },
        { text: state, tone: toneOfState[state] },
        { text: plainText(evidence) },
      ],
    })),
    notes: [],
  };
}
