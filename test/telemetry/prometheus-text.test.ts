import { expect, test } from "vitest";
import { DurationBuckets } from "../../src/telemetry/duration-buckets.ts";
import { metricOf } from "../../src/telemetry/metric-table.ts";
import { prometheusFamily } from "../../src/telemetry/prometheus-text.ts";

test("a family is its help, its type and a line per series", () => {
  const samples = [
    { attributes: { "twinlane.version": "old" }, value: 12 },
    { attributes: { "twinlane.version": "new", "error.type": undefined }, value: 0.5 },
  ];
  expect(prometheusFamily("inFlight", samples)).toBe(
    `# HELP twinlane_requests_in_flight ${metricOf("inFlight").description}\n` +
      "# TYPE twinlane_requests_in_flight gauge\n" +
      'twinlane_requests_in_flight{twinlane_version="old"} 12\n' +
      'twinlane_requests_in_flight{twinlane_version="new"} 0.5\n',
  );
});

test("a label may hold any text", () => {
  const family = prometheusFamily("failed", [{ attributes: { "error.type": 'a"b\\c\nd' }, value: 1 }]);
  expect(family.split("\n").at(-2)).toBe('twinlane_requests_failed_total{error_type="a\\"b\\\\c\\nd"} 1');
});

test("a histogram counts upwards to +Inf, which is its count", () => {
  const value = new DurationBuckets();
  for (const ms of [1, 4, 7, 20_000]) value.record(ms);
  const lines = prometheusFamily("splitterDuration", [{ attributes: { "twinlane.version": "old" }, value }])
    .trim()
    .split("\n");
  const name = "twinlane_request_duration_seconds";
  expect(lines[1]).toBe(`# TYPE ${name} histogram`);
  expect(lines[2]).toBe(`${name}_bucket{twinlane_version="old",le="0.005"} 2`);
  expect(lines[3]).toBe(`${name}_bucket{twinlane_version="old",le="0.01"} 3`);
  expect(lines.at(-3)).toBe(`${name}_bucket{twinlane_version="old",le="+Inf"} 4`);
  expect(lines.at(-2)).toMatch(/_sum\{twinlane_version="old"\} 20\.012/);
  expect(lines.at(-1)).toBe(`${name}_count{twinlane_version="old"} 4`);
});
