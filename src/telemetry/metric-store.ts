import { type CountedDurations, DurationBuckets } from "./duration-buckets.ts";
import { type AttributesOf, type MetricKey, metricOf, type Reading } from "./metric-table.ts";

/** Most series kept; what would be one more is added to its metric's series that says so. */
export const maxSeries = 2000;

/** Source: OpenTelemetry metrics SDK specification, cardinality limits. */
export const overflowAttributes = { "otel.metric.overflow": true } as const;

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type Series = {
  readonly key: MetricKey;
  readonly attributes: Attributes;
  value: number | DurationBuckets;
};

/** The present value of every metric and attribute set, until somebody collects them. */
export class MetricStore {
  readonly #series = new Map<string, Series>();

  /** Adds to a counter, replaces anything else; a counter begins with its first count above 0. */
  read({ key, attributes, value }: Reading): void {
    if (metricOf(key).kind !== "counter") {
      this.#seriesOf(key, attributes, value).value = value;
      return;
    }
    if (value === 0) return;
    const series = this.#seriesOf(key, attributes, 0);
    if (typeof series.value === "number") series.value += value;
  }

  addDurations<Key extends MetricKey>(
    key: Key,
    attributes: AttributesOf<Key>,
    durations: CountedDurations,
  ): void {
    const { value } = this.#seriesOf(key, attributes, new DurationBuckets());
    if (typeof value !== "number") value.add(durations);
  }

  series(): readonly Series[] {
    return [...this.#series.values()];
  }

  /** For those who are told differences: sums and histograms begin anew, what is there now stays. */
  forgetSums(): void {
    for (const [id, { key }] of this.#series) {
      const { kind } = metricOf(key);
      if (kind === "counter" || kind === "histogram") this.#series.delete(id);
    }
  }

  #seriesOf(key: MetricKey, attributes: Attributes, first: number | DurationBuckets): Series {
    const id = `${key} ${JSON.stringify(attributes)}`;
    const known = this.#series.get(id);
    if (known !== undefined) return known;
    if (this.#series.size >= maxSeries && attributes !== overflowAttributes) {
      return this.#seriesOf(key, overflowAttributes, first);
    }
    const series = { key, attributes, value: first };
    this.#series.set(id, series);
    return series;
  }
}
