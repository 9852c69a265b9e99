import { formatDurationMs } from "../../base/units.ts";
import { type Version, versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import { percentileCell } from "./duration.ts";
import type { FigureView, LegendEntry } from "./figure.ts";
import { type Cell, numberColumn, type TableView, textColumn } from "./table.ts";
import { type BinArm, spanSeconds, type TimeBin, timeBins } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type LatencyData = {
  readonly timeline: Timeline;
  readonly points: readonly LatencyPoint[];
  /** Moments at which the upper line has no number, because too many requests had no answer. */
  readonly notMet: readonly { readonly second: number; readonly version: Version }[];
  readonly scale: "linear" | "log";
};

export type LatencyPoint = {
  readonly second: number;
  readonly version: Version;
  readonly line: "median" | "upper";
  /** null where there is nothing to draw, so that the line breaks. */
  readonly ms: number | null;
};

type UpperName = "p99" | "moving p99" | "p90" | "max";

const upperTitles: Readonly<Record<UpperName, string>> = {
  p99: "p99",
  "moving p99": "moving p99",
  p90: "p90",
  max: "longest",
};
/** A percentile is drawn when at least this share of the seconds with requests have samples enough for it. */
const leastShareWithSamples = 0.8;
/** The first seconds have nothing behind them that a moving percentile could take in. */
const leastShareMoving = 0.5;
const tableRows = 24;

/** p50 and p99 of each second, old over new. Absent where the result has no seconds. */
export function latencyFigure(
  result: RunResult,
  { bins, timeline }: { readonly bins: readonly TimeBin[]; readonly timeline: Timeline },
): FigureView<LatencyData> | undefined {
  const upper = upperNameOf(bins);
  const points = bins.flatMap((bin) => versions.flatMap((version) => pointsOf(bin, { version, upper })));
  if (!points.some(({ ms }) => ms !== null)) return undefined;
  const notMet = bins.flatMap((bin) => notMetOf(bin, upper));
  return {
    title: "Response time over the run",
    explanation: explanationOf(result, { bins, upper }),
    description: descriptionOf(result, upper),
    legend: [...linesLegend(points, upper), ...(notMet.length > 0 ? [notMetLegend] : [])],
    table: tableOf(result, upper),
    data: {
      timeline,
      points,
      notMet,
      scale: scaleOf(points),
    },
  };
}

function linesLegend(points: readonly LatencyPoint[], upper: UpperName): LegendEntry[] {
  const shown = versions.filter((version) =>
    points.some((point) => point.version === version && point.ms !== null),
  );
  return shown.flatMap((version): LegendEntry[] => [
    { label: `${version}, p50`, colour: version, mark: "solid" },
    { label: `${version}, ${upperTitles[upper]}`, colour: version, mark: "dashed" },
  ]);
}

const notMetLegend: LegendEntry = {
  label: "not met: too many had no answer",
  colour: "muted",
  mark: "triangle",
};

function notMetOf(bin: TimeBin, upper: UpperName): LatencyData["notMet"] {
  return versions
    .filter((version) => upperOf(bin.versions[version], upper) === null)
    .map((version) => ({ second: middleOf(bin), version }));
}

function pointsOf(
  bin: TimeBin,
  { version, upper }: { readonly version: Version; readonly upper: UpperName },
): LatencyPoint[] {
  const arm = bin.versions[version];
  const second = middleOf(bin);
  return [
    { second, version, line: "median", ms: arm?.p50Ms ?? null },
    { second, version, line: "upper", ms: upperOf(arm, upper) ?? null },
  ];
}

function middleOf({ startSecond, seconds }: TimeBin): number {
  return startSecond + seconds / 2;
}

function upperOf(arm: BinArm | undefined, upper: UpperName): number | null | undefined {
  switch (upper) {
    case "p99":
      return arm?.p99Ms;
    case "moving p99":
      return arm?.movingP99Ms;
    case "p90":
      return arm?.p90Ms;
    case "max":
      return arm?.maxMs;
  }
}

/** The highest percentile for which the seconds of both versions have samples enough. */
function upperNameOf(bins: readonly TimeBin[]): UpperName {
  const isSupported = (name: UpperName) =>
    versions.every((version) => {
      const arms = bins
        .map((bin) => bin.versions[version])
        .filter((arm) => arm !== undefined && arm.scheduled > 0);
      const known = arms.filter((arm) => upperOf(arm, name) !== undefined);
      const least = name === "moving p99" ? leastShareMoving : leastShareWithSamples;
      return known.length >= arms.length * least;
    });
  return (["p99", "moving p99", "p90"] as const).find(isSupported) ?? "max";
}

/** A factor of thirty between the values hides the small ones on a linear axis. */
function scaleOf(points: readonly LatencyPoint[]): "linear" | "log" {
  const values = points.map(({ ms }) => ms ?? 0).filter((ms) => ms > 0);
  const highest = values.reduce((left, right) => Math.max(left, right), 0);
  const lowest = values.reduce((left, right) => Math.min(left, right), highest);
  return highest > 30 * lowest ? "log" : "linear";
}

/** What one percentile covers: a second, or the longer span of a long simulation. */
function spanWords(result: RunResult): string {
  const seconds = spanSeconds(result);
  return seconds === 1 ? "second" : `${seconds} s`;
}

function explanationOf(
  result: RunResult,
  { bins, upper }: { readonly bins: readonly TimeBin[]; readonly upper: UpperName },
): string {
  const span = spanWords(result);
  const length = Math.max(...bins.map(({ seconds }) => seconds));
  const each =
    length <= spanSeconds(result) ? `Each ${span} of the run` : `The worst ${span} of each ${length} s`;
  const needed = `A p99 needs 299 requests in ${span === "second" ? "a second" : span}`;
  return `${each}, counted from when a request was due.${upperSentence({ upper, bins, needed })}`;
}

type UpperWords = { readonly upper: UpperName; readonly bins: readonly TimeBin[]; readonly needed: string };

function upperSentence({ upper, bins, needed }: UpperWords): string {
  switch (upper) {
    case "p99":
      return "";
    case "moving p99":
      return ` ${needed}; where there are fewer, it takes in those before: ${stretches(bins)}.`;
    case "p90":
      return ` ${needed}, so the upper line is the p90.`;
    case "max":
      return ` ${needed}, so the upper line is the longest one.`;
  }
}

/** The middle one of all stretches that a version's moving percentile looks back. */
function stretches(bins: readonly TimeBin[]): string {
  return versions
    .flatMap((version) => {
      const seconds = bins.flatMap((bin) => bin.versions[version]?.movingSeconds ?? []);
      const middle = seconds.toSorted((left, right) => left - right)[Math.floor(seconds.length / 2)];
      return middle === undefined ? [] : [`about ${middle} s of ${version}`];
    })
    .join(", ");
}

function descriptionOf({ totals }: RunResult, upper: UpperName): string {
  const parts = versions.flatMap((version) => {
    const { p50, p99 } = totals.versions[version].responseTimeMs;
    if (typeof p50 !== "number") return [];
    const tail = typeof p99 === "number" ? `, p99 ${formatDurationMs(p99)}` : "";
    return [`${version}: p50 ${formatDurationMs(p50)}${tail} over the whole run`];
  });
  return `Lines over time: p50 and ${upperTitles[upper]} response time of old and new. ${parts.join("; ")}.`;
}

function tableOf(result: RunResult, upper: UpperName): TableView {
  const titles = versions.flatMap((version) => [`${version} p50`, `${version} ${upperTitles[upper]}`]);
  return {
    columns: [textColumn("Seconds"), ...titles.map(numberColumn)],
    rows: timeBins(result, tableRows).map((bin) => ({
      cells: [
        { text: spanText(bin) },
        ...versions.flatMap((version) => [
          cellOf(bin.versions[version]?.p50Ms, bin.versions[version]),
          cellOf(upperOf(bin.versions[version], upper), bin.versions[version]),
        ]),
      ],
    })),
    notes: [`Percentiles can't be merged: each is that of the worst ${spanWords(result)} of its row.`],
  };
}

function spanText({ startSecond, seconds }: TimeBin): string {
  return seconds === 1 ? `${startSecond}` : `${startSecond} to ${startSecond + seconds}`;
}

function cellOf(ms: number | null | undefined, arm: BinArm | undefined): Cell {
  if (ms === undefined) return { text: "–", tone: "quiet" };
  return percentileCell({ name: "p99", ms, samples: arm?.scheduled ?? 0 });
}
