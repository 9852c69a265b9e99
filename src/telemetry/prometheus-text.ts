import { bucketBoundsSeconds, DurationBuckets } from "./duration-buckets.ts";
import { type Metric, type MetricKey, metricOf } from "./metric-table.ts";

export type PrometheusSample = {
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly value: number | DurationBuckets;
};

/**
 * One metric with all its series in Prometheus' text format 0.0.4.
 *
 * @returns HELP, TYPE and one line per series, for a histogram several, each with its newline
 */
export function prometheusFamily(key: MetricKey, samples: readonly PrometheusSample[]): string {
  const metric = metricOf(key);
  const name = prometheusName(metric);
  const type = metric.kind === "upDownCounter" ? "gauge" : metric.kind;
  const lines = samples.map(({ attributes, value }) => {
    const labels = labelsOf(attributes);
    return value instanceof DurationBuckets ? histogramLines(name, labels, value) : line(name, labels, value);
  });
  return `# HELP ${name} ${escapeHelp(metric.description)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/**
 * `twinlane.requests.received` → `twinlane_requests_received_total`, `twinlane.request.duration` in s →
 * `twinlane_request_duration_seconds`, a gauge without unit → `…_ratio`.
 *
 * Source: OpenTelemetry specification, Prometheus and OpenMetrics compatibility.
 */
export function prometheusName({ name, unit, kind }: Metric): string {
  const base = prometheusLabel(name);
  if (unit === "s") return `${base}_seconds`;
  if (kind === "counter") return `${base}_total`;
  return unit === "1" && kind === "gauge" ? `${base}_ratio` : base;
}

export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

function labelsOf(attributes: PrometheusSample["attributes"]): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${prometheusLabel(name)}="${escapeLabel(String(value))}"`)
    .join(",");
}

function histogramLines(name: string, labels: string, buckets: DurationBuckets): string {
  let total = 0;
  const cumulative = Array.from(buckets.counts, (count, index) => {
    total += count;
    return line(`${name}_bucket`, `${labels},le="${bucketBoundsSeconds[index] ?? "+Inf"}"`, total);
  });
  const sum = line(`${name}_sum`, labels, buckets.sumSeconds);
  return `${cumulative.join("")}${sum}${line(`${name}_count`, labels, total)}`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${value}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
