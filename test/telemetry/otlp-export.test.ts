import { afterEach, describe, expect, test, vi } from "vitest";
import { MetricStore } from "../../src/telemetry/metric-store.ts";
import { startOtlpExport } from "../../src/telemetry/otlp-export.ts";
import { type OtlpSettings, otlpSettings } from "../../src/telemetry/otlp-settings.ts";
import { pointsOf, resourceOf, startCollector } from "./collector.ts";
import { fieldsAt, fixed64, text } from "./read-protobuf.ts";

type Settings = Extract<OtlpSettings, { kind: "on" }>;

const attributes = { "twinlane.version": "new" };

function filledStore(): MetricStore {
  const store = new MetricStore();
  store.addDurations("clientDuration", attributes, { ms: [1, 5, 80, 20_000], counts: [10, 20, 30, 40] });
  store.read({ key: "received", attributes, value: 7 });
  store.read({ key: "inFlight", attributes, value: 3 });
  store.read({ key: "splitWeight", attributes, value: 0.25 });
  return store;
}

function begin(url: string, store: MetricStore, more: Partial<Settings> = {}) {
  const settings = otlpSettings({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, url);
  if (settings.kind !== "on") throw new Error("the settings ask for an export");
  const failures: (string | undefined)[] = [];
  const exporting = startOtlpExport({
    settings: { ...settings, ...more },
    store,
    twinlaneVersion: "1.2.3",
    resourceAttributes: { "twinlane.run.id": "run-1" },
    onExport: (failure) => failures.push(failure),
  });
  return { exporting, failures };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("an export", () => {
  test("sends the finished sums and histograms, each in its kind and unit", async () => {
    const collector = await startCollector();
    const { exporting, failures } = begin(collector.url, filledStore());
    await exporting.stop();
    expect(failures).toEqual([undefined]);
    expect(collector.posts.map(({ path }) => path)).toEqual(["/v1/metrics"]);
    const [post] = collector.posts;
    const points = post === undefined ? [] : pointsOf(post);
    const base = { attributes, histogram: undefined };
    expect(points).toEqual([
      {
        metric: "http.client.request.duration",
        unit: "s",
        attributes,
        value: undefined,
        histogram: {
          count: 100,
          sum: expect.closeTo(802.51, 6),
          buckets: [30, 0, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0, 40],
        },
      },
      { ...base, metric: "twinlane.requests.received", unit: "{request}", value: 7 },
      { ...base, metric: "twinlane.requests.in_flight", unit: "{request}", value: 3 },
      { ...base, metric: "twinlane.split.weight", unit: "1", value: 0.25 },
    ]);
  });

  test("says who sends, and the standard variables have the last word", async () => {
    vi.stubEnv("OTEL_SERVICE_NAME", "checkout-load");
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "team=payments");
    const collector = await startCollector();
    const { exporting } = begin(collector.url, filledStore());
    await exporting.stop();
    const [post] = collector.posts;
    const resource = post === undefined ? {} : resourceOf(post);
    expect(resource).toMatchObject({
      "service.name": "checkout-load",
      "service.version": "1.2.3",
      "twinlane.run.id": "run-1",
      team: "payments",
    });
    expect(Object.keys(resource).filter((name) => /^process\.|host\.id/.test(name))).toEqual([]);
  });

  test("speaks protobuf by default, with the same counts", async () => {
    const collector = await startCollector();
    const { exporting } = begin(collector.url, filledStore(), { protocol: "http/protobuf" });
    await exporting.stop();
    const [post] = collector.posts;
    expect(post?.contentType).toBe("application/x-protobuf");
    const metrics = fieldsAt(post?.body ?? new Uint8Array(), [1, 2, 2]);
    const histogram = metrics.find((metric) => fieldsAt(metric, [9]).length > 0) ?? new Uint8Array();
    expect(fieldsAt(histogram, [1]).map(text)).toEqual(["http.client.request.duration"]);
    expect(fieldsAt(histogram, [9, 1, 4]).map(fixed64)).toEqual([100]);
    expect(fieldsAt(histogram, [9, 1, 9, 2, 1]).map(text)).toEqual(["new"]);
  });

  test.each([
    ["cumulative", [7, 12]],
    ["delta", [7, 5]],
  ])("tells sums as the %s preference wants them", async (preference, expected) => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference);
    const collector = await startCollector();
    const store = filledStore();
    const { exporting } = begin(collector.url, store, { intervalMs: 300 });
    await vi.waitFor(() => expect(collector.posts.length).toBeGreaterThan(0), { timeout: 20_000 });
    store.read({ key: "received", attributes, value: 5 });
    await exporting.stop();
    const told = collector.posts
      .flatMap(pointsOf)
      .filter(({ metric }) => metric === "twinlane.requests.received")
      .map(({ value }) => value ?? 0);
    expect([told[0], told.at(-1)]).toEqual(expected);
  });
});

describe("a collector in trouble", () => {
  test("that refuses connections is a reason told, no error", async () => {
    const { exporting, failures } = begin("http://127.0.0.1:1", filledStore(), { timeoutMs: 200 });
    await exporting.stop();
    expect(failures).toEqual([expect.stringContaining("ECONNREFUSED")]);
  });

  test("that refuses the metrics is a reason told", async () => {
    const collector = await startCollector((response) => response.writeHead(400).end());
    const { exporting, failures } = begin(collector.url, filledStore());
    await exporting.stop();
    expect(failures).toEqual([expect.stringContaining("Bad Request")]);
  });

  test("that never answers holds up the end for five seconds, not for a minute", async () => {
    const collector = await startCollector(() => undefined);
    const patience = { timeoutMs: 60_000, intervalMs: 60_000 };
    const { exporting, failures } = begin(collector.url, filledStore(), patience);
    const startMs = performance.now();
    await exporting.stop();
    expect(performance.now() - startMs).toBeLessThan(30_000);
    expect(failures).toEqual([expect.stringContaining("5000 ms")]);
  });
});
