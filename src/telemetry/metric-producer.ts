import { type HrTime, ValueType } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { bucketBoundsSeconds, DurationBuckets } from "./duration-buckets.ts";
import type { MetricStore, Series } from "./metric-store.ts";
import { type Metric, type MetricKey, metricOf } from "./metric-table.ts";

export type ProducerOptions = {
  readonly store: MetricStore;
  readonly scope: { readonly name: string; readonly version: string };
  readonly resource: Resource;
  readonly temporality: AggregationTemporality;
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
};

/**
 * Hands finished sums and histograms to the SDK: recording every request through its own instruments would
 * cost ten times what the request's own histogram costs.
 */
export function metricProducer(options: ProducerOptions): MetricProducer {
  const { store, scope, resource, temporality, nowMs } = options;
  let startTime = hrTime(nowMs());
  return {
    async collect(): Promise<CollectionResult> {
      const endTime = hrTime(nowMs());
      const byKey = Map.groupBy(store.series(), ({ key }) => key);
      const metrics = [...byKey].map(([key, series]) =>
        metricData({ key, series, startTime, endTime, temporality }),
      );
      if (temporality === AggregationTemporality.DELTA) {
        store.forgetSums();
        startTime = endTime;
      }
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
      return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
    },
  };
}

type Collected = {
  readonly key: MetricKey;
  readonly series: readonly Series[];
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly temporality: AggregationTemporality;
};

function metricData({ key, series, startTime, endTime, temporality }: Collected): MetricData {
  const metric = metricOf(key);
  const points = <Value>(read: (value: Series["value"]) => Value) =>
    series.map(({ attributes, value }) => ({ startTime, endTime, attributes, value: read(value) }));
  const base = { descriptor: descriptorOf(metric), aggregationTemporality: temporality };
  switch (metric.kind) {
    case "histogram":
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: points(histogramValue) };
    case "gauge":
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: points(Number) };
    case "counter":
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: points(Number),
      };
    case "upDownCounter":
      return {
        ...base,
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.SUM,
        isMonotonic: false,
        dataPoints: points(Number),
      };
  }
}

function descriptorOf({ name, unit, description, kind }: Metric) {
  const isWhole = kind === "counter" || kind === "upDownCounter";
  return { name, unit, description, valueType: isWhole ? ValueType.INT : ValueType.DOUBLE };
}

function histogramValue(value: Series["value"]) {
  const buckets = value instanceof DurationBuckets ? value : new DurationBuckets();
  return {
    buckets: { boundaries: [...bucketBoundsSeconds], counts: [...buckets.counts] },
    sum: buckets.sumSeconds,
    count: buckets.total,
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
