import { formatCount, formatDurationMs } from "../../base/units.ts";
import { type Version, versions } from "../../base/version.ts";
import type { Arm, RunResult } from "../../result/schema.ts";
import { DurationHistogram } from "../../stats/histogram.ts";
import { samplesNeeded } from "../../stats/percentiles.ts";
import { percentileCell } from "./duration.ts";
import type { FigureView } from "./figure.ts";
import { type Cell, numberColumn, type Row, type TableView, textColumn } from "./table.ts";

export type SpectrumData = {
  readonly points: readonly SpectrumPoint[];
  readonly scale: "linear" | "log";
};

export type SpectrumPoint = {
  readonly version: Version;
  /** One request in so many is slower: 1/(1 − q). */
  readonly tail: number;
  readonly ms: number;
  /** Whether there are samples enough for this percentile. */
  readonly isSupported: boolean;
};

const pointsPerDecade = 48;
/** About p10: the few fastest requests would only stretch the axis. */
const firstStep = 2;
const tableQuantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999] as const;

type Sample = { readonly version: Version; readonly durations: DurationHistogram; readonly total: number };

/**
 * The whole distribution of response times, old against new, stretched towards the slow end. Absent where no
 * histogram is at hand.
 */
export function spectrumFigure(result: RunResult): FigureView<SpectrumData> | undefined {
  const samples = versions.flatMap((version) => sampleOf(version, result.totals.versions[version]));
  if (samples.length === 0) return undefined;
  const points = samples.flatMap(curveOf);
  const highest = points.reduce((left, { ms }) => Math.max(left, ms), 0);
  const lowest = points.reduce((left, { ms }) => (ms > 0 ? Math.min(left, ms) : left), highest);
  return {
    title: "Percentiles of the response time",
    explanation:
      "How many requests were faster than that. From line to line, a tenth as many are slower: one in 10, in 100, in 1,000. Pale where there are too few samples.",
    description: descriptionOf(samples),
    legend: samples.map(({ version, total }) => ({
      label: `${version}, ${formatCount(total)} requests`,
      colour: version,
      mark: version === "old" ? "solid" : "dashed",
    })),
    table: tableOf(samples),
    data: { points, scale: highest > 30 * lowest ? "log" : "linear" },
  };
}

function sampleOf(version: Version, arm: Arm): Sample[] {
  const durations = DurationHistogram.sumOf(Object.values(arm.histograms));
  return durations.count === 0 ? [] : [{ version, durations, total: durations.count + arm.notSent }];
}

/** From the fast requests to the slowest one; it ends early where the rest had no answer. */
function curveOf({ version, durations, total }: Sample): SpectrumPoint[] {
  const points: SpectrumPoint[] = [];
  const steps = Math.floor(Math.log10(total) * pointsPerDecade);
  for (let step = firstStep; step <= steps; step++) {
    const tail = 10 ** (step / pointsPerDecade);
    const quantile = 1 - 1 / tail;
    const ms = quantileOf({ durations, total }, quantile);
    if (ms === null) break;
    points.push({ version, tail, ms, isSupported: total >= samplesNeeded(quantile) });
  }
  return points;
}

/** null: that percentile was not met, because too many requests were never sent. */
function quantileOf({ durations, total }: Omit<Sample, "version">, quantile: number): number | null {
  const rank = rankOf(quantile, total);
  return rank > durations.count ? null : durations.quantileMs(Math.min(1, rank / durations.count));
}

function rankOf(quantile: number, total: number): number {
  return Math.max(1, Math.ceil(quantile * total - 1e-9));
}

function descriptionOf(samples: readonly Sample[]): string {
  const parts = samples.map((sample) => {
    const [median, tail] = [quantileOf(sample, 0.5), quantileOf(sample, 0.99)];
    const texts = [median, tail].map((ms) => (ms === null ? "not met" : formatDurationMs(ms)));
    return `${sample.version}: p50 ${texts[0]}, p99 ${texts[1]}`;
  });
  return `Response time by percentile, from the fastest to the slowest request. ${parts.join("; ")}.`;
}

function tableOf(samples: readonly Sample[]): TableView {
  const largest = samples.reduce((most, { total }) => Math.max(most, total), 0);
  const shown = tableQuantiles.filter((quantile) => quantile <= 0.99 || largest >= samplesNeeded(quantile));
  return {
    columns: [
      textColumn("Percentile"),
      ...samples.flatMap(({ version }) => [
        numberColumn(version),
        numberColumn(`${version}, slower requests`),
      ]),
    ],
    rows: shown.map((quantile) => rowOf(quantile, samples)),
    notes: [],
  };
}

function rowOf(quantile: number, samples: readonly Sample[]): Row {
  const name = `p${Number((quantile * 100).toPrecision(6))}`;
  return { cells: [{ text: name }, ...samples.flatMap((sample) => cellsOf(quantile, sample))] };
}

function cellsOf(quantile: number, sample: Sample): Cell[] {
  const needed = samplesNeeded(quantile);
  const slower = { text: formatCount(sample.total - rankOf(quantile, sample.total)) };
  if (sample.total < needed)
    return [{ text: `too few (needs ${formatCount(needed)})`, tone: "quiet" }, slower];
  return [percentileCell({ name: "p99", ms: quantileOf(sample, quantile), samples: sample.total }), slower];
}
