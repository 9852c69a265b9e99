import { formatBytes, formatCount, formatDurationMs } from "../../base/units.ts";
import type { ProcessResources } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { type Cell, numberColumn, type TableView, textColumn } from "./table.ts";
import { formatCores } from "./versions.ts";

/** What each process used; absent where none was sampled. */
export function resourcesTable(resources: readonly ProcessResources[]): TableView | undefined {
  const sampled = resources.filter(
    ({ samples, summary }) => samples.length + Object.keys(summary).length > 0,
  );
  if (sampled.length === 0) return undefined;
  return {
    columns: [
      textColumn("Process"),
      textColumn("Part"),
      ...["CPU, mean", "CPU, highest", "Memory, highest", "Open files", "Event loop late, highest p99"].map(
        numberColumn,
      ),
    ],
    rows: sampled.map((process) => ({
      cells: [{ text: plainText(process.process) }, { text: process.role }, ...usageCells(process)],
    })),
    notes: [],
  };
}

function usageCells({ summary, samples }: ProcessResources): Cell[] {
  const delaysMs = samples.map(({ eventLoopDelayMs }) => eventLoopDelayMs).filter((ms) => ms !== undefined);
  return [
    cell(summary.cpuShareMean, formatCores),
    cell(summary.cpuShareMax, formatCores),
    cell(summary.rssBytesMax, formatBytes),
    cell(summary.openFilesMax, formatCount),
    cell(
      delaysMs.length === 0 ? undefined : delaysMs.reduce((left, right) => Math.max(left, right)),
      formatDurationMs,
    ),
  ];
}

function cell(value: number | undefined, format: (value: number) => string): Cell {
  return value === undefined ? { text: "–", tone: "quiet" } : { text: format(value) };
}
