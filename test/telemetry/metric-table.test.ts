import { describe, expect, test } from "vitest";
import { type Metric, metricKeys, metricOf } from "../../src/telemetry/metric-table.ts";
import { prometheusName } from "../../src/telemetry/prometheus-text.ts";
import { metricsReference } from "../../src/telemetry/reference.ts";

const metrics = metricKeys.map(metricOf);

describe("the metric table", () => {
  test("gives every metric a name of its own, in both worlds", () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    expect(new Set(metrics.map(prometheusName)).size).toBe(metrics.length);
  });

  test("keeps to the forms of OpenTelemetry and Prometheus", () => {
    for (const metric of metrics) {
      expect(metric.name).toMatch(/^[a-z]+(?:[._][a-z]+)+$/);
      expect(prometheusName(metric)).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
      expect(metric.unit).toMatch(/^(?:s|1|\{[a-z]+\})$/);
      expect(metric.description).toMatch(/^[^|\n]+[.!]$/);
    }
  });

  test("names the version in all that is of one version, and never in copies and comparisons", () => {
    const without = metrics.filter(({ attributes }) => !attributes.includes("twinlane.version"));
    expect(without.map(({ name }) => name)).toEqual([
      "twinlane.mirrored",
      "twinlane.compared",
      "twinlane.mismatched",
      "twinlane.mismatches",
    ]);
  });

  test("stands whole in the reference", () => {
    const reference = metricsReference();
    for (const { name, attributes } of metrics) {
      for (const each of [name, ...attributes]) expect(reference).toContain(`\`${each}\``);
    }
  });
});

test.each<[Partial<Metric>, string]>([
  [
    { name: "http.client.request.duration", unit: "s", kind: "histogram" },
    "http_client_request_duration_seconds",
  ],
  [
    { name: "twinlane.requests.received", unit: "{request}", kind: "counter" },
    "twinlane_requests_received_total",
  ],
  [
    { name: "twinlane.requests.in_flight", unit: "{request}", kind: "upDownCounter" },
    "twinlane_requests_in_flight",
  ],
  [{ name: "twinlane.split.weight", unit: "1", kind: "gauge" }, "twinlane_split_weight_ratio"],
  [{ name: "twinlane.version.healthy", unit: "{version}", kind: "gauge" }, "twinlane_version_healthy"],
])("Prometheus knows %o as %s", (metric, expected) => {
  expect(prometheusName({ ...metricOf("received"), ...metric })).toBe(expected);
});
