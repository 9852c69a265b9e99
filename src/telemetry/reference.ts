import { bucketBoundsSeconds } from "./duration-buckets.ts";
import { type AttributeName, attributeMeaning, metricKeys, metricOf } from "./metric-table.ts";
import { prometheusLabel, prometheusName } from "./prometheus-text.ts";

/**
 * docs/reference/metrics.md: every metric, from the table's own words.
 *
 * @returns Markdown
 */
export function metricsReference(): string {
  const metrics = metricKeys.map(metricOf);
  const rows = metrics.map((metric) => {
    const { name, unit, kind, attributes, shownBy, description } = metric;
    const where = ["otlp", "page"].map((place) =>
      (shownBy as readonly string[]).includes(place) ? "yes" : "",
    );
    const names = `\`${name}\`<br>\`${prometheusName(metric)}\``;
    const list = attributes.map((attribute) => `\`${attribute}\``).join(", ");
    return `| ${names} | ${kindNames[kind]} | \`${unit}\` | ${where.join(" | ")} | ${description} | ${list} |`;
  });
  const used = [...new Set<AttributeName>(metrics.flatMap(({ attributes }) => attributes))];
  const attributeRows = used.map(
    (name) => `| \`${name}\` | \`${prometheusLabel(name)}\` | ${attributeMeaning(name)} |`,
  );
  return `${heading}

| name, below it Prometheus' | kind | unit | OTLP | page | meaning | attributes |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Buckets of the histograms end at ${bucketBoundsSeconds.join(", ")} seconds.

## Attributes

| attribute | Prometheus label | meaning |
|---|---|---|
${attributeRows.join("\n")}
`;
}

const kindNames = {
  counter: "counter",
  upDownCounter: "up-down counter",
  gauge: "gauge",
  histogram: "histogram",
} as const;

const heading = `# Metrics

<!-- Made by \`npm run generate\` from src/telemetry; a test fails when it is stale. -->

**OTLP**: a run sends them to an OpenTelemetry collector over HTTP when \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\`,
\`OTEL_EXPORTER_OTLP_ENDPOINT\` or \`OTEL_METRICS_EXPORTER=otlp\` is set, or when the scenario says
\`telemetry: { otlp: "http://127.0.0.1:4318" }\`; the variables come first. \`OTEL_METRICS_EXPORTER=none\` and
\`OTEL_SDK_DISABLED=true\` keep it off. Protocol, headers, timeout (at most four seconds), temporality, interval
(five seconds where \`OTEL_METRIC_EXPORT_INTERVAL\` says nothing) and resource attributes follow the standard
variables; the protocol is \`http/protobuf\` or \`http/json\`. A collector that can't be reached is an event in the
run's journal and changes nothing else.

**Page**: \`GET /metrics\` of the splitter's admin endpoint, in Prometheus' text format. \`twinlane split FILE --listen
127.0.0.1:8080\` prints the endpoint's address and token when it starts:

\`\`\`yaml
scrape_configs:
  - job_name: twinlane
    authorization: { credentials: THE_TOKEN }
    static_configs: [{ targets: ["127.0.0.1:THE_ADMIN_PORT"] }]
\`\`\`

Import [docs/grafana/twinlane.json](../grafana/twinlane.json) into Grafana to see old and new side by side.`;
