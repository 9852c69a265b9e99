import { formatCount, formatShare } from "../../base/units.ts";
import type { RunResult, SplitAudit } from "../../result/schema.ts";
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

/**
 * The share of new, as configured and as it came. Absent where the result has no seconds, or where all requests
 * were to go to one version and did.
 */
export function splitFigure(result: RunResult, timeline: Timeline): FigureView<SplitData> | undefined {
  const points = timeBins(result, splitPoints).map((bin) => pointOf(bin, result));
  if (!points.some(isTelling)) return undefined;
  const { split } = result.totals;
  return {
    title: "Share of new, configured and actual",
    explanation:
      "What new answered, as a share of all requests. In the band lie 997 of 1,000 points by chance alone.",
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

function isTelling({ realised, configured }: SplitPoint): boolean {
  return realised !== null && (realised !== configured || (configured > 0 && configured < 1));
}

function pointOf(bin: TimeBin, result: RunResult): SplitPoint {
  const { startSecond, seconds, stage, versions: arms } = bin;
  const requests = (arms.old?.scheduled ?? 0) + (arms.new?.scheduled ?? 0);
  const audit = result.stages[stage]?.split ?? result.totals.split;
  const draws = requests === 0 ? 0 : 1 / (1 / requests + variancePerUser(audit));
  return {
    second: startSecond,
    end: startSecond + seconds,
    configured: audit.configured,
    realised: requests === 0 ? null : (arms.new?.scheduled ?? 0) / requests,
    ...expectedShare(audit.configured, draws),
    requests,
  };
}

/**
 * How much the share varies beside the number of requests, as a part of p(1 − p): where users are dealt and not
 * requests, few users make for large chance, however many requests they send. Taken back from the width of the
 * stage's own band, half = 3·√(p(1 − p)/draws) + ½/draws with 1/draws = 1/requests + 1/users.
 */
function variancePerUser({ configured, expected, requests }: SplitAudit): number {
  if (requests === 0) return 0;
  const half = Math.max(expected.high - configured, configured - expected.low);
  const spread = 3 * Math.sqrt(configured * (1 - configured));
  const root = Math.sqrt(spread * spread + 2 * half) - spread;
  return Math.max(0, root * root - 1 / requests);
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
