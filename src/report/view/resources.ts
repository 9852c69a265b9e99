import { formatBytes, formatCount } from "../../base/units.ts";
import type { ProcessResources } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, type Cell, numberColumn, type TableView, textColumn } from "./table.ts";
import { formatCores } from "./version-resources.ts";

/** What each process used; absent where none was sampled, and without the columns that none has a figure for. */
export function resourcesTable(resources: readonly ProcessResources[]): TableView | undefined {
  const sampled = resources.filter(
    ({ samples, summary }) => samples.length + Object.keys(summary).length > 0,
  );
  if (sampled.length === 0) return undefined;
  const shown = usageColumns.filter(({ read }) => sampled.some((process) => read(process) !== undefined));
  return bounded({
    columns: [textColumn("Process"), textColumn("Part"), ...shown.map(({ title }) => numberColumn(title))],
    rows: sampled.map((process) => ({
      cells: [
        { text: plainText(process.process) },
        { text: process.role },
        ...shown.map(({ read, format }) => cell(read(process), format)),
      ],
    })),
    notes: [],
  });
}

type UsageColumn = {
  readonly title: string;
  readonly read: (process: ProcessResources) => number | undefined;
  readonly format: (value: number) => string;
};

const usageColumns: readonly UsageColumn[] = [
  { title: "CPU, mean", read: ({ summary }) => summary.cpuShareMean, format: formatCores },
  { title: "CPU, highest", read: ({ summary }) => summary.cpuShareMax, format: formatCores },
  { title: "Memory, highest", read: ({ summary }) => summary.rssBytesMax, format: formatBytes },
  { title: "Open files", read: ({ summary }) => summary.openFilesMax, format: formatCount },
];

function cell(value: number | undefined, format: (value: number) => string): Cell {
  return value === undefined ? { text: "–", tone: "quiet" } : { text: format(value) };
}
