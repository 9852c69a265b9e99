import { formatBytes, formatDurationMs, formatNumber } from "../../base/units.ts";
import { type PerVersion, perVersion, type Version, versions } from "../../base/version.ts";
import type { ProcessResources, RunResult } from "../../result/schema.ts";
import type { Cell, Row } from "./table.ts";

/**
 * CPU and memory of each version, its processes summed; no rows where none was sampled. They stand beside each
 * other without a difference: each version used them for its own share of the traffic.
 */
export function versionResourceRows(result: RunResult): Row[] {
  const used = perVersion((version) => resourcesOf(result, version));
  const rows: readonly [title: string, key: keyof VersionResources, format: (value: number) => string][] = [
    ["CPU, mean", "cpuMean", formatCores],
    ["CPU, highest", "cpuMax", formatCores],
    ["CPU per request", "cpuPerRequestMs", formatDurationMs],
    ["memory, highest", "rssBytesMax", formatBytes],
  ];
  return rows
    .filter(([, key]) => versions.some((version) => used[version][key] !== undefined))
    .map(([title, key, format]) => ({ group: "Resources", cells: cellsOf(used, { title, key, format }) }));
}

/** What a reader must know of these rows. */
export function resourceNotes(result: RunResult): string[] {
  const processes = (version: Version) => result.resources.filter(({ role }) => role === version).length;
  if (!versions.some((version) => processes(version) > 0)) return [];
  return [
    ...(result.method === "measured"
      ? [
          "CPU per request includes what an idle process uses, which weighs the more the fewer requests there are.",
        ]
      : []),
    ...(versions.some((version) => processes(version) > 1)
      ? ["CPU and memory are sums over a version's processes; a sum of highest values is an upper bound."]
      : []),
  ];
}

type VersionResources = {
  readonly cpuMean: number | undefined;
  readonly cpuMax: number | undefined;
  readonly cpuPerRequestMs: number | undefined;
  readonly rssBytesMax: number | undefined;
};

/** A quantity that one of the processes lacks is absent. */
function resourcesOf(result: RunResult, version: Version): VersionResources {
  const own = result.resources.filter(({ role }) => role === version);
  return {
    cpuMean: sum(own.map(({ summary }) => summary.cpuShareMean)),
    cpuMax: sum(own.map(({ summary }) => summary.cpuShareMax)),
    cpuPerRequestMs: cpuPerRequestMs(result, { own, version }),
    rssBytesMax: sum(own.map(({ summary }) => summary.rssBytesMax)),
  };
}

/** CPU time of the measured part over the requests answered in it, copies for the mirror among them. */
function cpuPerRequestMs(
  { totals, mirror }: RunResult,
  { own, version }: { readonly own: readonly ProcessResources[]; readonly version: Version },
): number | undefined {
  const { completed, failed } = totals.versions[version];
  const copies = mirror?.to === version ? mirror.answered + mirror.failed : 0;
  const cores = sum(own.map((process) => measuredCpu(process, totals.durationMs)));
  const requests = completed + failed + copies;
  return cores === undefined || requests === 0 ? undefined : (cores * totals.durationMs) / requests;
}

/** Mean of the samples taken in the measured part; each tells of the time since the one before. */
function measuredCpu({ samples }: ProcessResources, durationMs: number): number | undefined {
  const shares = samples
    .filter(({ atMs }) => atMs > 0 && atMs <= durationMs)
    .map(({ cpuShare }) => cpuShare)
    .filter((share) => share !== undefined);
  return shares.length === 0 ? undefined : shares.reduce((left, right) => left + right) / shares.length;
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** 0.423 → `0.423 cores`. */
export function formatCores(cores: number): string {
  return `${formatNumber(Number(cores.toPrecision(3)))} cores`;
}

function cellsOf(
  used: PerVersion<VersionResources>,
  row: { title: string; key: keyof VersionResources; format: (value: number) => string },
): Cell[] {
  const cellOf = (value: number | undefined): Cell =>
    value === undefined ? { text: "–", tone: "quiet" } : { text: row.format(value) };
  return [{ text: row.title }, cellOf(used.old[row.key]), cellOf(used.new[row.key]), { text: "" }];
}
