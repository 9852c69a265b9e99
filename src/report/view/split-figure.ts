import { formatCount, formatShare } from "../../base/units.ts";
import type { RunResult } from "../../result/schema.ts";
import { expectedShare } from "../../stats/binomial.ts";
import type { FigureView } from "./figure.ts";
import { numberColumn, type TableView, textColumn } from "./table.ts";
import { type TimeBin, timeBins } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type SplitData = { readonly timeline: Timeline; readonly points: readonly SplitPoint[] };

/** Shares of new, 0–1. `low` to `high` is what chance allows with so many requests. */
export type SplitPoint = {
  readonly second: number;
  readonly end: number;
  readonly configured: number;
  readonly realised: number | null;
  readonly low: number;
  readonly high: number;
  readonly requests: number;
};

/** Fewer points than other figures: each needs requests enough for its share to mean something. */
const splitPoints = 60;
const tableRows = 24;

/** The share of new, as configured and as it came. Absent where the result has no seconds. */
export function splitFigure(result: RunResult, timeline: Timeline): FigureView<SplitData> | undefined {
  const points = timeBins(result, splitPoints).map((bin) => pointOf(bin, result));
  if (!points.some(({ realised }) => realised !== null)) return undefined;
  const { split } = result.totals;
  return {
    title: "Share of new, configured and actual",
    explanation:
      "Points are what the splitter did. The band is where they lie in 997 of 1,000 cases by chance alone.",
    description: `Share of requests that new was given over time: ${formatShare(split.configured)} configured, ${
      split.realised === undefined ? "none counted" : `${formatShare(split.realised)} over the whole run`
    }.`,
    legend: [
      { label: "configured", colour: "ink", mark: "dashed" },
      { label: "actual", colour: "new", mark: "solid" },
      { label: "what chance allows", colour: "band", mark: "area" },
    ],
    table: tableOf(timeBins(result, tableRows).map((bin) => pointOf(bin, result))),
    data: { timeline, points },
  };
}

function pointOf(
  { startSecond, seconds, stage, versions: { old, new: fresh } }: TimeBin,
  result: RunResult,
): SplitPoint {
  const requests = (old?.scheduled ?? 0) + (fresh?.scheduled ?? 0);
  const configured = result.stages[stage]?.split.configured ?? result.totals.split.configured;
  return {
    second: startSecond,
    end: startSecond + seconds,
    configured,
    realised: requests === 0 ? null : (fresh?.scheduled ?? 0) / requests,
    ...expectedShare(configured, requests),
    requests,
  };
}

function tableOf(points: readonly SplitPoint[]): TableView {
  return {
    columns: [
      textColumn("From second"),
      ...["Requests", "Configured", "Actual", "Least by chance", "Most by chance"].map(numberColumn),
    ],
    rows: points.map(({ second, requests, configured, realised, low, high }) => ({
      cells: [
        { text: String(second) },
        { text: formatCount(requests) },
        { text: formatShare(configured) },
        { text: realised === null ? "–" : formatShare(realised) },
        { text: formatShare(low) },
        { text: formatShare(high) },
      ],
    })),
    notes: [],
  };
}
