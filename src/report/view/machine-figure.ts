import { formatShare } from "../../base/units.ts";
import type { RunResult, SystemSample } from "../../result/schema.ts";
import type { FigureView, LegendEntry } from "./figure.ts";
import { maxPoints } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type MachineLine = "cpu" | "waiting" | "steal" | "throttled";

export type MachineData = {
  readonly timeline: Timeline;
  readonly lines: readonly MachineLine[];
  readonly points: readonly MachinePoint[];
};

/** A share of the time, 0–1. */
export type MachinePoint = { readonly second: number; readonly line: MachineLine; readonly share: number };

type LinePlan = {
  readonly read: (sample: SystemSample) => number | undefined;
  readonly legend: LegendEntry;
  /** Shown even where it is 0 throughout. */
  readonly isAlways: boolean;
};

export const machineLines: Readonly<Record<MachineLine, LinePlan>> = {
  cpu: {
    read: ({ cpuShare }) => cpuShare,
    legend: { label: "CPU in use, of all cores", colour: "ink", mark: "solid" },
    isAlways: true,
  },
  waiting: {
    read: ({ cpuPressureShare }) => cpuPressureShare,
    legend: { label: "a task waited for a core", colour: "part-5", mark: "dashed" },
    isAlways: true,
  },
  steal: {
    read: ({ stealShare }) => stealShare,
    legend: { label: "given to other guests (steal)", colour: "bad", mark: "solid" },
    isAlways: false,
  },
  throttled: {
    read: ({ throttledShare }) => throttledShare,
    legend: { label: "stopped by the CPU quota", colour: "bad", mark: "dotted" },
    isAlways: false,
  },
};

const lineNames = Object.keys(machineLines) as readonly MachineLine[];

/** How busy the machine was, ours and everybody else's work together. Absent where nothing was sampled. */
export function machineFigure(
  { system = [], environment }: RunResult,
  timeline: Timeline,
): FigureView<MachineData> | undefined {
  const lines = lineNames.filter((line) => isShown(system, line));
  const points = lines.flatMap((line) => pointsOf(system, line, timeline));
  if (points.length < 2) return undefined;
  const cores = environment?.machineCores ?? environment?.cores;
  const size = cores === undefined ? "" : ` The machine has ${cores === 1 ? "one core" : `${cores} cores`}.`;
  return {
    title: "How busy the machine was",
    explanation: `Shares of each second. Load generator, splitter, services and all else on the machine are in it.${size}`,
    description: `Shares of time. Highest: ${lines
      .map((line) => `${machineLines[line].legend.label} ${formatShare(highest(system, line))}`)
      .join(", ")}.`,
    legend: lines.map((line) => machineLines[line].legend),
    data: { timeline, lines, points },
  };
}

function isShown(system: readonly SystemSample[], line: MachineLine): boolean {
  const { read, isAlways } = machineLines[line];
  return system.some((sample) => (isAlways ? read(sample) !== undefined : (read(sample) ?? 0) > 0));
}

function highest(system: readonly SystemSample[], line: MachineLine): number {
  return system.reduce((most, sample) => Math.max(most, machineLines[line].read(sample) ?? 0), 0);
}

/** The highest of each bin; a sample tells of the second before it. */
function pointsOf(system: readonly SystemSample[], line: MachineLine, timeline: Timeline): MachinePoint[] {
  const { startSecond, endSecond } = timeline;
  const binSeconds = Math.max(1, Math.ceil((endSecond - startSecond) / maxPoints));
  const bins = new Map<number, number>();
  for (const sample of system) {
    const share = machineLines[line].read(sample);
    const second = sample.atMs / 1000 - 0.5;
    if (share === undefined || second < startSecond || second > endSecond) continue;
    const bin = Math.floor(second / binSeconds);
    bins.set(bin, Math.max(bins.get(bin) ?? 0, share));
  }
  return [...bins]
    .sort(([left], [right]) => left - right)
    .map(([bin, share]) => ({ second: Math.min(endSecond, (bin + 0.5) * binSeconds), line, share }));
}
