import { DurationHistogram } from "../../stats/histogram.ts";

/**
 * A histogram as plain data, so that it passes between threads, with the bins of `DurationHistogram`: whole
 * microseconds, three significant digits. The mean and the maximum are exact.
 */
export type DurationCounts = { bins: Uint32Array<ArrayBuffer>; total: number; sumMs: number; maxMs: number };

export function emptyDurations(): DurationCounts {
  return { bins: new Uint32Array(firstBins), total: 0, sumMs: 0, maxMs: 0 };
}

export function recordDuration(counts: DurationCounts, ms: number): void {
  const bin = binOf(ms);
  if (bin >= counts.bins.length) growTo(counts, bin);
  counts.bins[bin] = (counts.bins[bin] as number) + 1;
  counts.total++;
  counts.sumMs += ms;
  if (ms > counts.maxMs) counts.maxMs = ms;
}

export function recordZeros(counts: DurationCounts, times: number): void {
  counts.bins[0] = (counts.bins[0] as number) + times;
  counts.total += times;
}

/** Adds `more` to `counts`; the sums of both are added once, so the order of merging decides their last digits. */
export function addDurations(counts: DurationCounts, more: DurationCounts): void {
  if (more.bins.length > counts.bins.length) growTo(counts, more.bins.length - 1);
  const { bins } = counts;
  const added = more.bins;
  for (let bin = 0; bin < added.length; bin++) bins[bin] = (bins[bin] as number) + (added[bin] as number);
  counts.total += more.total;
  counts.sumMs += more.sumMs;
  if (more.maxMs > counts.maxMs) counts.maxMs = more.maxMs;
}

/**
 * The duration that a share `quantile` doesn't exceed, in ms, to three digits.
 *
 * @param quantile - in (0, 1]
 * @returns 0 when nothing was recorded
 */
export function durationQuantile(counts: DurationCounts, quantile: number): number {
  const rank = Math.max(1, Math.ceil(quantile * counts.total - 1e-9));
  let seen = 0;
  for (let bin = 0; bin < counts.bins.length; bin++) {
    seen += counts.bins[bin] as number;
    if (seen >= rank) return Math.min(counts.maxMs, (lowestOf(bin) + lowestOf(bin + 1) - 1) / 2 / 1000);
  }
  return counts.maxMs;
}

/** The same counts in the histogram that results carry. */
export function toHistogram(counts: DurationCounts): DurationHistogram {
  const histogram = new DurationHistogram();
  for (let bin = 0; bin < counts.bins.length; bin++) {
    const times = counts.bins[bin] as number;
    if (times > 0) histogram.record(lowestOf(bin) / 1000, times);
  }
  return histogram;
}

/** Below 2,048 µs every microsecond has its bin; from there on every doubling has 1,024. */
function binOf(ms: number): number {
  const microseconds = ms < highestMs ? (ms * 1000 + 0.5) >>> 0 : highestMs * 1000;
  if (microseconds < 2048) return microseconds;
  const shift = 21 - Math.clz32(microseconds);
  return (shift << 10) + (microseconds >>> shift);
}

function lowestOf(bin: number): number {
  if (bin < 2048) return bin;
  const shift = (bin >> 10) - 1;
  return ((bin & 1023) + 1024) * 2 ** shift;
}

/** Grows by doubling up to the 23,552 bins that an hour needs. */
function growTo(counts: DurationCounts, bin: number): void {
  const larger = new Uint32Array(Math.max(bin + 1, 2 * counts.bins.length));
  larger.set(counts.bins);
  counts.bins = larger;
}

const highestMs = 3_600_000;
const firstBins = 4096;
