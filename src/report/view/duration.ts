import { formatCount, formatDurationMs } from "../../base/units.ts";
import { type PercentileName, percentileQuantiles, samplesNeeded } from "../../stats/percentiles.ts";
import type { Cell } from "./table.ts";

/** Percentiles as people write them. */
export const percentileTitles: Readonly<Record<PercentileName, string>> = {
  p50: "p50",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
};

/**
 * A percentile in words: a time, `not met` where so many requests were never answered, or how many samples are
 * missing for it.
 */
export function percentileCell(options: {
  readonly name: PercentileName;
  readonly ms: number | null | undefined;
  readonly samples: number;
  /** For tables with many columns. */
  readonly isShort?: boolean;
}): Cell {
  const { name, ms, samples, isShort = false } = options;
  if (ms === null) return { text: "not met", tone: "bad" };
  if (ms !== undefined) return { text: formatDurationMs(ms) };
  if (samples === 0) return { text: "no requests", tone: "quiet" };
  const short = `too few (${formatCount(samples)})`;
  if (isShort) return { text: short, tone: "quiet" };
  const needed = formatCount(samplesNeeded(percentileQuantiles[name]));
  return { text: `too few samples (${formatCount(samples)} of ${needed})`, short, tone: "quiet" };
}

/** How far `value` lies from `base`: `+3.1 ms (+7 %)`. */
export function formatDifferenceMs(base: number, value: number): string {
  const differenceMs = value - base;
  const sign = differenceMs < 0 ? "−" : "+";
  if (Math.abs(differenceMs) < 0.0005) return "±0";
  const size = `${sign}${formatDurationMs(Math.abs(differenceMs))}`;
  return base === 0 ? size : `${size} (${formatRelative(base, value)})`;
}

/** `+7 %`, `−12 %`, and beyond the double `× 2.4`. */
function formatRelative(base: number, value: number): string {
  const ratio = value / base;
  if (ratio >= 2) return `× ${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en-US")}`;
  const percent = (ratio - 1) * 100;
  const digits = Math.abs(percent) < 9.95 ? 1 : 0;
  const text = Math.abs(percent).toFixed(digits);
  return Number(text) === 0 ? "±0 %" : `${percent < 0 ? "−" : "+"}${text} %`;
}
