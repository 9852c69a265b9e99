import { isUnfitToJudge, percent, quantityNames } from "../../analysis/agreement/judge-agreement.ts";
import {
  formatCount,
  formatDurationMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import type {
  Agreement,
  AgreementQuantity,
  AgreementRow,
  JudgedPrediction,
  LoadComparison,
} from "../../result/agreement-schema.ts";
import { type Cell, numberColumn, type TableView, type Tone, textColumn } from "./table.ts";

/** One load: what was foretold of it and what was measured, for each version. */
export type LoadView = { readonly title: string; readonly table: TableView };

/** An agreement as tables of texts, for the terminal and for Markdown alike. */
export function loadViews({ comparisons, scenario }: Agreement): readonly LoadView[] {
  const loads = [...new Set(comparisons.map(({ load }) => load))];
  return loads.map((load) => {
    const ofLoad = comparisons.filter((comparison) => comparison.load === load);
    const rate = ofLoad.reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
    const beyond = ofLoad.some(({ isBeyond }) => isBeyond) ? ", beyond the calibrated loads" : "";
    const validity = [...new Set(ofLoad.map((comparison) => comparison.validity ?? "not measured"))].join(
      ", ",
    );
    return {
      title: `${formatShare(load)} of the load, ${formatRatePerSecond(rate)}${beyond} (${validity})`,
      table: {
        columns: [
          textColumn(""),
          numberColumn("measured"),
          numberColumn("model"),
          numberColumn("error"),
          numberColumn("simulation"),
          numberColumn("error"),
          textColumn("its 95 % interval"),
        ],
        rows: ofLoad.flatMap((comparison) =>
          comparison.rows.map((row) => ({ cells: cellsOf(row, scenario.labels[comparison.version]) })),
        ),
        notes: [...(ofLoad.some(isUnfitToJudge) ? [unfitNote] : []), ...ofLoad.map(busiest)],
      },
    };
  });
}

const unfitNote =
  "No errors are given: the run was GENERATOR-BOUND, so what it measured is the load generator and no judge of a forecast.";

function busiest({ version, bottleneck, utilisation }: LoadComparison): string {
  return `Busiest resource of ${version}: ${bottleneck}, ${formatShare(Number(utilisation.toPrecision(3)))} used.`;
}

function cellsOf(row: AgreementRow, label: string): readonly Cell[] {
  const write = formats[row.quantity];
  const value = (number: number | undefined): Cell =>
    number === undefined ? { text: "–", tone: "quiet" } : { text: write(number) };
  return [
    { text: `${label}: ${quantityNames[row.quantity]}` },
    value(row.measured),
    value(row.modelled?.value),
    errorCell(row.modelled),
    value(row.simulated?.value),
    { ...errorCell(row.simulated), ...toneOf(row) },
    intervalCell(row.simulated, write),
  ];
}

function toneOf({ state, tolerance }: AgreementRow): { readonly tone?: Tone } {
  if (tolerance === undefined) return {};
  return { tone: state === "PASS" ? "good" : state === "FAIL" ? "bad" : "unsure" };
}

function errorCell(prediction: JudgedPrediction | undefined): Cell {
  if (prediction?.error === undefined) return { text: "–", tone: "quiet" };
  const size = percent(Math.abs(prediction.error));
  const isNothing = size === percent(0);
  return { text: isNothing ? size : `${prediction.error > 0 ? "+" : "−"}${size}` };
}

function intervalCell(prediction: JudgedPrediction | undefined, write: (value: number) => string): Cell {
  if (prediction === undefined) return { text: "–", tone: "quiet" };
  const { low, high, isInInterval } = prediction;
  const held = isInInterval === undefined ? "" : isInInterval ? ", held" : ", missed";
  return {
    text: `${write(low)} to ${write(high)}${held}`,
    ...(isInInterval === false && { tone: "unsure" }),
  };
}

const formats: { readonly [quantity in AgreementQuantity]: (value: number) => string } = {
  throughputPerSecond: (value) => formatRatePerSecond(Number(value.toPrecision(4))),
  cpuCores: (value) => `${formatNumber(Number(value.toPrecision(3)))} cores`,
  responseTimeMeanMs: formatDurationMs,
  responseTimeP99Ms: formatDurationMs,
};

/** Servers of new for those of old; undefined where nothing was calculated. */
export function capacityTable({ capacity }: Pick<Agreement, "capacity">): TableView | undefined {
  if (capacity.length === 0) return undefined;
  return {
    columns: [
      numberColumn("users"),
      numberColumn("old alone"),
      numberColumn("new alone"),
      numberColumn("new / old"),
      textColumn("95 % interval"),
      textColumn("decided by"),
    ],
    rows: capacity.map(({ users, servers, ratio, binding }) => ({
      cells: [
        { text: formatCount(users) },
        { text: formatCount(servers.old) },
        { text: formatCount(servers.new) },
        { text: twoDigits(ratio.value) },
        { text: `${twoDigits(ratio.low)} to ${twoDigits(ratio.high)}` },
        { text: binding.old === binding.new ? binding.new : `new ${binding.new}, old ${binding.old}` },
      ],
    })),
    notes: capacity
      .slice(-1)
      .map(({ sentence }) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`),
  };
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}
