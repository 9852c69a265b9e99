import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type JsHistogram,
} from "hdr-histogram-js";
import { invariant } from "../base/invariant.ts";
import type { DurationBins } from "./bins.ts";

/** The longest time kept apart, an hour; longer ones are counted there. */
const highestMs = 3_600_000;
const microsecondsPerMs = 1000;
const significantDigits = 3;

/**
 * A histogram of durations: whole microseconds, three significant digits, fixed memory, mergeable without
 * loss. Percentiles are always taken from a histogram, never averaged from other percentiles.
 *
 * Source: Gil Tene, HdrHistogram; encoding V2, deflated, base64, readable by its other implementations.
 */
export class DurationHistogram {
  readonly #counts: JsHistogram;
  /** Durations that were no number ≥ 0 and so were not recorded; anything but 0 is a bug of the caller's. */
  refused = 0;

  constructor(counts: JsHistogram = emptyCounts()) {
    this.#counts = counts;
  }

  /** @throws when the text is not an encoded histogram */
  static decode(base64: string): DurationHistogram {
    const decoded = decodeFromCompressedBase64(base64) as unknown as JsHistogram;
    const own = emptyCounts();
    own.add(decoded);
    return new DurationHistogram(own);
  }

  /** The sum of encoded ones. @throws when one of the texts is not an encoded histogram */
  static sumOf(encoded: Iterable<string>): DurationHistogram {
    const sum = new DurationHistogram();
    for (const base64 of encoded) sum.add(DurationHistogram.decode(base64));
    return sum;
  }

  /** Records one duration; below a microsecond counts as zero microseconds, above an hour as an hour. */
  record(ms: number, times = 1): void {
    if (!(ms >= 0)) {
      this.refused += times;
      return;
    }
    const microseconds = Math.round(Math.min(ms, highestMs) * microsecondsPerMs);
    this.#counts.recordValueWithCount(microseconds, times);
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  /** The longest duration recorded, to three significant digits, the same before and after encoding; 0 when empty. */
  get maxMs(): number {
    if (this.count === 0) return 0;
    return this.#counts.highestEquivalentValue(this.#counts.maxValue) / microsecondsPerMs;
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.#counts.mean / microsecondsPerMs;
  }

  /**
   * The smallest recorded duration that at least `quantile` of all durations don't exceed, to three digits and
   * never above the longest.
   *
   * @param quantile - 0 to 1
   */
  quantileMs(quantile: number): number {
    invariant(quantile >= 0 && quantile <= 1, "a quantile lies between 0 and 1");
    if (this.count === 0) return 0;
    const microseconds = this.#counts.getValueAtPercentile(quantile * 100);
    return Math.min(microseconds / microsecondsPerMs, this.maxMs);
  }

  /** The recorded durations as they are kept: ascending, equal ones together. */
  bins(): DurationBins {
    // Built without WebAssembly, so it is one; the package's own iterator allocates for every empty bin.
    const counts = this.#counts as JsHistogram;
    const ms: number[] = [];
    const times: number[] = [];
    let left = this.count;
    for (let index = 0; left > 0 && index < counts.countsArrayLength; index++) {
      const count = counts.getCountAtIndex(index);
      if (count === 0) continue;
      const longest = counts.highestEquivalentValue(counts.valueFromIndex(index));
      ms.push(Math.min(longest / microsecondsPerMs, this.maxMs));
      times.push(count);
      left -= count;
    }
    return { ms, counts: times, total: this.count };
  }

  /** Adds the other's counts; the result is the same as recording everything in one. */
  add(other: DurationHistogram): void {
    if (other.count > 0) this.#counts.add(other.#counts);
    this.refused += other.refused;
  }

  /** Forgets everything and keeps the memory. */
  reset(): void {
    this.#counts.reset();
    this.refused = 0;
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#counts);
  }
}

function emptyCounts(): JsHistogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestMs * microsecondsPerMs,
    numberOfSignificantValueDigits: significantDigits,
    useWebAssembly: false,
  }) as JsHistogram;
}
