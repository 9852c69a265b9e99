import { formatBytes, formatNumber } from "../../base/units.ts";
import { perVersion, type Version, versions } from "../../base/version.ts";
import type { ProcessResources } from "../../result/schema.ts";
import { formatRelative } from "./duration.ts";
import type { Cell, Row } from "./table.ts";

const nothing: Cell = { text: "–", tone: "quiet" };
const blank: Cell = { text: "" };

/** CPU and memory of each version, its processes summed; empty where none was sampled. */
export function versionResourceRows(resources: readonly ProcessResources[]): Row[] {
  const used = perVersion((version) => resourcesOf(resources, version));
  const rows: readonly [title: string, key: keyof VersionResources, format: (value: number) => string][] = [
    ["CPU, mean", "cpuMean", formatCores],
    ["CPU, highest", "cpuMax", formatCores],
    ["memory, highest", "rssBytesMax", formatBytes],
  ];
  return rows
    .filter(([, key]) => versions.some((version) => used[version][key] !== undefined))
    .map(([title, key, format]) => ({
      group: "Resources",
      cells: [
        { text: title },
        valueCell(used.old[key], format),
        valueCell(used.new[key], format),
        relativeCell(used.old[key], used.new[key]),
      ],
    }));
}

type VersionResources = {
  readonly cpuMean?: number;
  readonly cpuMax?: number;
  readonly rssBytesMax?: number;
};

/** Sums over the version's processes; a quantity that one of them lacks is absent. */
function resourcesOf(resources: readonly ProcessResources[], version: Version): VersionResources {
  const own = resources.filter(({ role }) => role === version).map(({ summary }) => summary);
  const cpuMean = sum(own.map(({ cpuShareMean }) => cpuShareMean));
  const cpuMax = sum(own.map(({ cpuShareMax }) => cpuShareMax));
  const rssBytesMax = sum(own.map((summary) => summary.rssBytesMax));
  return {
    ...(cpuMean !== undefined && { cpuMean }),
    ...(cpuMax !== undefined && { cpuMax }),
    ...(rssBytesMax !== undefined && { rssBytesMax }),
  };
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** 0.423 → `0.423 cores`. */
export function formatCores(cores: number): string {
  return `${formatNumber(Number(cores.toPrecision(3)))} cores`;
}

function valueCell(value: number | undefined, format: (value: number) => string): Cell {
  return value === undefined ? nothing : { text: format(value) };
}

function relativeCell(old: number | undefined, fresh: number | undefined): Cell {
  if (old === undefined || fresh === undefined || old === 0) return blank;
  return { text: formatRelative(old, fresh) };
}
