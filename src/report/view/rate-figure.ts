import { formatRatePerSecond } from "../../base/units.ts";
import { type Version, versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import type { FigureView, LegendEntry } from "./figure.ts";
import { numberColumn, type TableView, textColumn } from "./table.ts";
import { type TimeBin, timeBins } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type RateData = {
  readonly timeline: Timeline;
  /** Those that were offered anything. */
  readonly shown: readonly Version[];
  readonly points: readonly RatePoint[];
};

export type RatePoint = {
  readonly second: number;
  readonly version: Version;
  readonly offered: number;
  readonly achieved: number;
};

/** Its panels have half the width of other figures. */
const ratePoints = 150;
const tableRows = 24;

/** What was asked of each version and what it did. Absent where the result has no seconds. */
export function rateFigure(result: RunResult, timeline: Timeline): FigureView<RateData> | undefined {
  const points = timeBins(result, ratePoints).flatMap((bin) => ratesOf(bin, runsOf(result)));
  const shown = versions.filter((version) =>
    points.some((point) => point.version === version && point.offered > 0),
  );
  if (shown.length === 0) return undefined;
  return {
    title: "Offered and achieved rate",
    explanation:
      "The line is what came due, the area what was answered well. A gap between them is what went wrong.",
    description: descriptionOf(result),
    legend: [
      { label: "offered", colour: "ink", mark: "solid" },
      ...shown.map(
        (version): LegendEntry => ({ label: `${version}, achieved`, colour: version, mark: "area" }),
      ),
    ],
    table: tableOf(timeBins(result, tableRows), runsOf(result)),
    data: { timeline, shown, points: [...points, ...endOf(points, timeline)] },
  };
}

/** Seconds of a simulated result hold the requests of all its replications; a rate is that of one. */
function runsOf({ simulation }: RunResult): number {
  return simulation?.replications ?? 1;
}

function ratesOf({ startSecond, seconds, versions: arms }: TimeBin, runs: number): RatePoint[] {
  return versions.map((version) => ({
    second: startSecond,
    version,
    offered: (arms[version]?.scheduled ?? 0) / seconds / runs,
    achieved: (arms[version]?.completed ?? 0) / seconds / runs,
  }));
}

/** The last rates once more at the end of the axis, because each holds until the next. */
function endOf(points: readonly RatePoint[], { endSecond }: Timeline): RatePoint[] {
  return points.slice(-versions.length).map((point) => ({ ...point, second: endSecond }));
}

function descriptionOf({ totals }: RunResult): string {
  const parts = versions.map((version) => {
    const { offeredPerSecond, throughputPerSecond } = totals.versions[version];
    return `${version}: ${formatRatePerSecond(offeredPerSecond)} offered, ${formatRatePerSecond(throughputPerSecond)} answered well`;
  });
  return `Requests per second over time. ${parts.join("; ")}.`;
}

function tableOf(bins: readonly TimeBin[], runs: number): TableView {
  const titles = versions.flatMap((version) => [`${version}, offered`, `${version}, achieved`]);
  return {
    columns: [textColumn("From second"), ...titles.map(numberColumn)],
    rows: bins.map((bin) => ({
      cells: [
        { text: String(bin.startSecond) },
        ...ratesOf(bin, runs).flatMap(({ offered, achieved }) => [
          { text: formatRatePerSecond(offered) },
          { text: formatRatePerSecond(achieved) },
        ]),
      ],
    })),
    notes: [],
  };
}
