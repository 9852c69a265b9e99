import type { ProcessResources, ResourceSample, RunResult } from "../../result/schema.ts";
import type { FigureView, LegendEntry } from "./figure.ts";
import { resourcesTable } from "./resources.ts";
import { maxPoints } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type Role = ProcessResources["role"];

export type ResourceData = {
  readonly timeline: Timeline;
  readonly roles: readonly Role[];
  readonly cpu: readonly ResourcePoint[];
  readonly memory: readonly ResourcePoint[];
};

/** Summed over the processes of a role: cores, or bytes; null where none of them ran. */
export type ResourcePoint = { readonly second: number; readonly role: Role; readonly value: number | null };

export const roleMarks: Readonly<Record<Role, Pick<LegendEntry, "colour" | "mark">>> = {
  old: { colour: "old", mark: "solid" },
  new: { colour: "new", mark: "solid" },
  splitter: { colour: "part-3", mark: "dashed" },
  driver: { colour: "muted", mark: "dashed" },
  store: { colour: "part-1", mark: "dashed" },
  proxy: { colour: "part-4", mark: "dashed" },
  coordinator: { colour: "muted", mark: "dotted" },
};

const roleOrder = Object.keys(roleMarks) as readonly Role[];

/** CPU and memory of every part of the run, over time. Absent where nothing was sampled. */
export function resourceFigure(
  { resources }: RunResult,
  timeline: Timeline,
): FigureView<ResourceData> | undefined {
  const table = resourcesTable(resources);
  if (table === undefined) return undefined;
  const roles = roleOrder.filter((role) =>
    resources.some((process) => process.role === role && process.samples.length > 1),
  );
  const series = (read: (sample: ResourceSample) => number | undefined) =>
    roles.flatMap((role) => seriesOf(resources, { role, timeline, read }));
  return {
    title: "CPU and memory",
    explanation:
      "Cores in use, and memory resident, by part of the run; several processes of a part are summed.",
    description: `CPU and memory over time of ${roles.join(", ")}. The table below has each process.`,
    legend: roles.map((role) => ({ label: labelOf(role, resources), ...roleMarks[role] })),
    table,
    data: {
      timeline,
      roles,
      cpu: series(({ cpuShare }) => cpuShare),
      memory: series(({ rssBytes }) => rssBytes),
    },
  };
}

function labelOf(role: Role, resources: readonly ProcessResources[]): string {
  const processes = resources.filter((process) => process.role === role).length;
  return processes === 1 ? role : `${role}, ${processes} processes`;
}

type SeriesOptions = {
  readonly role: Role;
  readonly timeline: Timeline;
  readonly read: (sample: ResourceSample) => number | undefined;
};

/** The highest sample of each process in each bin, summed over the processes. */
function seriesOf(
  resources: readonly ProcessResources[],
  { role, timeline, read }: SeriesOptions,
): ResourcePoint[] {
  const binSeconds = Math.max(1, Math.ceil((timeline.endSecond - timeline.startSecond) / maxPoints));
  const sums = new Map<number, number>();
  for (const process of resources) {
    if (process.role !== role) continue;
    for (const [bin, value] of highestByBin(process.samples, { binSeconds, timeline, read })) {
      sums.set(bin, (sums.get(bin) ?? 0) + value);
    }
  }
  const bins = [...sums].sort(([left], [right]) => left - right);
  return bins.flatMap(([bin, value], index) => {
    const point = { second: (bin + 0.5) * binSeconds, role, value };
    const next = bins[index + 1]?.[0] ?? bin;
    return next - bin > longestGapBins
      ? [point, { ...point, second: (bin + 1.5) * binSeconds, value: null }]
      : [point];
  });
}

/** A sampler may be late by a bin or two; a longer gap means that nothing ran, and no line is drawn over it. */
const longestGapBins = 3;

function highestByBin(
  samples: readonly ResourceSample[],
  { binSeconds, timeline, read }: Omit<SeriesOptions, "role"> & { readonly binSeconds: number },
): Map<number, number> {
  const highest = new Map<number, number>();
  for (const sample of samples) {
    const value = read(sample);
    const second = sample.atMs / 1000;
    if (value === undefined || second < timeline.startSecond || second > timeline.endSecond) continue;
    const bin = Math.floor(second / binSeconds);
    highest.set(bin, Math.max(highest.get(bin) ?? 0, value));
  }
  return highest;
}
