import { expect, test } from "vitest";
import { type Environment, otlpSettings } from "../../src/telemetry/otlp-settings.ts";

const standard = { kind: "on", protocol: "http/protobuf", intervalMs: 5000, timeoutMs: 4000 };
const local = "http://127.0.0.1:4318";

test.each<[string, Environment, string | undefined, object]>([
  ["nothing asked", {}, undefined, { kind: "off" }],
  [
    "empty variables",
    { OTEL_METRICS_EXPORTER: "", OTEL_EXPORTER_OTLP_ENDPOINT: " " },
    undefined,
    { kind: "off" },
  ],
  ["the scenario", {}, local, { ...standard, url: `${local}/v1/metrics` }],
  ["the scenario, with a slash", {}, `${local}/otel/`, { ...standard, url: `${local}/otel/v1/metrics` }],
  [
    "the endpoint of all signals, before the scenario's",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" },
    local,
    { ...standard, url: "http://collector:4318/v1/metrics" },
  ],
  [
    "the endpoint of metrics, as it is",
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://m/x", OTEL_EXPORTER_OTLP_ENDPOINT: "http://all" },
    undefined,
    { ...standard, url: "https://m/x" },
  ],
  [
    "the exporter alone",
    { OTEL_METRICS_EXPORTER: "otlp" },
    undefined,
    { ...standard, url: "http://localhost:4318/v1/metrics" },
  ],
  ["none, whatever else is said", { OTEL_METRICS_EXPORTER: "none" }, local, { kind: "off" }],
  ["the SDK disabled", { OTEL_SDK_DISABLED: "TRUE" }, local, { kind: "off" }],
  [
    "protocol, interval and a timeout within its limit",
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "60000",
      OTEL_EXPORTER_OTLP_TIMEOUT: "1500",
    },
    local,
    { kind: "on", protocol: "http/json", intervalMs: 60_000, timeoutMs: 1500, url: `${local}/v1/metrics` },
  ],
  [
    "numbers that are none, and a timeout that would hold up the end",
    { OTEL_METRIC_EXPORT_INTERVAL: "-1", OTEL_EXPORTER_OTLP_TIMEOUT: "30000" },
    local,
    { ...standard, url: `${local}/v1/metrics` },
  ],
  ["another exporter", { OTEL_METRICS_EXPORTER: "console" }, local, { kind: "refused" }],
  ["gRPC", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, local, { kind: "refused" }],
  ["no address", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, undefined, { kind: "refused" }],
])("%s", (_, environment, scenarioEndpoint, expected) => {
  expect(otlpSettings(environment, scenarioEndpoint)).toMatchObject(expected);
});
