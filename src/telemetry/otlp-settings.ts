/** Whether metrics are exported, and how. */
export type OtlpSettings =
  | { readonly kind: "off" }
  /** Asked for, but not in a way that can be followed. */
  | { readonly kind: "refused"; readonly reason: string }
  | {
      readonly kind: "on";
      readonly protocol: "http/protobuf" | "http/json";
      /** Where metrics are posted to, in full. */
      readonly url: string;
      readonly intervalMs: number;
      /** Longest time that one export may take. */
      readonly timeoutMs: number;
    };

export type Environment = Readonly<Record<string, string | undefined>>;

const standardEndpoint = "http://localhost:4318";
const standardIntervalMs = 5000;
/** A collector that takes longer would keep a finished run from ending. */
const longestTimeoutMs = 4000;

/**
 * What the standard variables and the scenario ask for; the variables come first.
 *
 * @param scenarioEndpoint - `telemetry.otlp` of the scenario, without `/v1/metrics`
 *
 * Source: OpenTelemetry specification, environment variables and OTLP exporter configuration.
 */
export function otlpSettings(environment: Environment, scenarioEndpoint: string | undefined): OtlpSettings {
  const variable = (name: string) => environment[name]?.trim() || undefined;
  const exporters = variable("OTEL_METRICS_EXPORTER")
    ?.split(",")
    .map((name) => name.trim());
  const given = endpointVariable(variable) ?? (scenarioEndpoint && metricsPath(scenarioEndpoint));
  const isDisabled = variable("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  if (isDisabled || exporters?.includes("none") || (exporters ?? given) === undefined) return { kind: "off" };
  if (exporters !== undefined && !exporters.includes("otlp")) {
    return refused(`OTEL_METRICS_EXPORTER=${exporters.join(",")} is not supported, only otlp and none`);
  }
  const url = given ?? metricsPath(standardEndpoint);
  if (!isHttpUrl(url)) return refused("the collector's address is no http:// or https:// address");
  const protocol =
    variable("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") ??
    variable("OTEL_EXPORTER_OTLP_PROTOCOL") ??
    "http/protobuf";
  if (protocol !== "http/protobuf" && protocol !== "http/json") {
    return refused(`the OTLP protocol ${protocol} is not supported, only http/protobuf and http/json`);
  }
  const timeoutMs = milliseconds(
    variable("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT") ?? variable("OTEL_EXPORTER_OTLP_TIMEOUT"),
    longestTimeoutMs,
  );
  return {
    kind: "on",
    protocol,
    url,
    intervalMs: milliseconds(variable("OTEL_METRIC_EXPORT_INTERVAL"), standardIntervalMs),
    timeoutMs: Math.min(timeoutMs, longestTimeoutMs),
  };
}

/** The variable for metrics is taken as it is, the one for all signals gets the path of metrics. */
function endpointVariable(variable: (name: string) => string | undefined): string | undefined {
  const forMetrics = variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  if (forMetrics !== undefined) return forMetrics;
  const forAll = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
  return forAll && metricsPath(forAll);
}

function metricsPath(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, "")}/v1/metrics`;
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function milliseconds(text: string | undefined, standard: number): number {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value > 0 ? value : standard;
}

function refused(reason: string): OtlpSettings {
  return { kind: "refused", reason };
}
