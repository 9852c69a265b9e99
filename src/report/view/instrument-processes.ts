import { formatDurationMs, formatShare } from "../../base/units.ts";
import type { GeneratorHealth, ProcessResources, ResourceSample, RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, type Cell, numberColumn, type TableView, textColumn } from "./table.ts";

/**
 * What each process had to wait for, in the measured part. Absent where none was watched, and without the columns
 * that none has a figure for.
 */
export function processesTable(result: RunResult): TableView | undefined {
  const { resources } = result;
  const rows = resources.map((process) => ({
    process,
    figures: columns.map(({ read }) => read(process, result)),
  }));
  const watched = rows.filter(({ figures }) => figures.some((figure) => figure !== undefined));
  const shown = columns.map((_, index) => watched.some(({ figures }) => figures[index] !== undefined));
  if (watched.length === 0) return undefined;
  return bounded({
    columns: [
      textColumn("Process"),
      ...columns.filter((_, index) => shown[index]).map(({ title }) => numberColumn(title)),
    ],
    rows: watched.map(({ process, figures }) => ({
      cells: [
        { text: plainText(process.process) },
        ...columns
          .map(({ format }, index) => cell(figures[index], format))
          .filter((_, index) => shown[index]),
      ],
    })),
    notes: [],
  });
}

type ProcessColumn = {
  readonly title: string;
  readonly read: (process: ProcessResources, result: RunResult) => number | undefined;
  readonly format: (value: number) => string;
};

const columns: readonly ProcessColumn[] = [
  {
    title: "Event loop late, highest p99",
    read: (process, result) =>
      highest(samplesOf(process, result), ({ eventLoopDelayMs }) => eventLoopDelayMs),
    format: formatDurationMs,
  },
  {
    title: "Event loop busy, most",
    read: (process, result) => highest(samplesOf(process, result), ({ loopUtilisation }) => loopUtilisation),
    format: formatShare,
  },
  {
    title: "Ready without a core, mean",
    read: (process, result) => mean(samplesOf(process, result), ({ starvedShare }) => starvedShare),
    format: formatShare,
  },
  {
    title: "Ready without a core, most",
    read: (process, result) => highest(samplesOf(process, result), ({ starvedShare }) => starvedShare),
    format: formatShare,
  },
  { title: "Requests sent over 1 ms late", read: lateShareOf, format: formatShare },
];

/** Each sample tells of the second before it. */
function samplesOf({ samples }: ProcessResources, { totals }: RunResult): readonly ResourceSample[] {
  return samples.filter(({ atMs }) => atMs > 0 && atMs <= totals.durationMs + 1000);
}

type Read = (sample: ResourceSample) => number | undefined;

function highest(samples: readonly ResourceSample[], read: Read): number | undefined {
  const values = samples.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((left, right) => Math.max(left, right));
}

function mean(samples: readonly ResourceSample[], read: Read): number | undefined {
  const values = samples.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((left, right) => left + right) / values.length;
}

/** A driver's share over the measured part; seconds count by their requests. */
function lateShareOf({ process, role }: ProcessResources, { health, totals }: RunResult): number | undefined {
  if (role !== "driver") return undefined;
  const isOnly = new Set(health.map(({ driver }) => driver)).size === 1;
  const own = health.filter(
    ({ driver, atMs, lateShare }) =>
      lateShare !== undefined &&
      atMs > 0 &&
      atMs <= totals.durationMs + 1000 &&
      (isOnly || process === `driver-${driver + 1}`),
  );
  const due = sum(own, (second) => second.due);
  return due === 0 ? undefined : sum(own, (second) => second.due * (second.lateShare ?? 0)) / due;
}

function sum(seconds: readonly GeneratorHealth[], read: (second: GeneratorHealth) => number): number {
  return seconds.reduce((total, second) => total + read(second), 0);
}

function cell(value: number | undefined, format: (value: number) => string): Cell {
  return value === undefined ? { text: "–", tone: "quiet" } : { text: format(value) };
}
