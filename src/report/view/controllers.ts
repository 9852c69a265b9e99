import type { ControllerComparison, ControllerRow } from "../../analysis/controllers.ts";
import { formatDurationMs, formatMomentMs, formatNumber, formatShare } from "../../base/units.ts";
import { numberColumn, type TableView, type Tone, textColumn } from "./table.ts";

const tones: Readonly<Record<ControllerRow["verdict"], Tone>> = {
  caught: "good",
  right: "good",
  missed: "bad",
  "false alarm": "bad",
};

/** How other rules would have judged the same run. */
export function controllersTable({ rows, faultAtMs, untilMs, limits }: ControllerComparison): TableView {
  const truth =
    faultAtMs === undefined
      ? "Nothing was wrong with new"
      : `New had its first fault at ${formatMomentMs(faultAtMs)}`;
  const p99 = limits.maxP99Ms === undefined ? "" : ` and p99 above ${formatDurationMs(limits.maxP99Ms)}`;
  return {
    columns: [
      textColumn("Rule"),
      textColumn("Verdict"),
      numberColumn("Decided"),
      numberColumn("After the fault"),
      numberColumn("Harmed until then"),
      numberColumn("Error budget"),
    ],
    rows: rows.map(({ controller, verdict, decidedAtMs, reactionMs, harmed, budgetSpent }) => ({
      cells: [
        { text: controller },
        { text: verdict, tone: tones[verdict] },
        { text: decidedAtMs === undefined ? "not" : formatMomentMs(decidedAtMs) },
        { text: reactionMs === undefined ? "" : formatDurationMs(reactionMs) },
        { text: formatNumber(harmed) },
        { text: formatShare(budgetSpent) },
      ],
    })),
    notes: [
      `${truth}; the run gave new traffic to be judged by until ${formatMomentMs(untilMs)}, and its shares are the run's own.`,
      `Limits for all: errors above ${formatShare(limits.maxErrorRate)}${p99}. The look-alikes follow the published rules of these tools with their shortest usual intervals.`,
    ],
  };
}
