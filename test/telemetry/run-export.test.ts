import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { start, temporaryDirectory } from "../cli/twinlane.ts";
import { type Point, pointsOf, startCollector } from "./collector.ts";

const settings = ["run.duration=2s", "run.warmUp=1s", "run.calibrate=false", "growth={ users: [100] }"];

async function run(environment: Record<string, string>, more: readonly string[] = []) {
  const set = [...settings, ...more].flatMap((setting) => ["--set", setting]);
  const args = ["run", "scenarios/quickstart.yaml", "--json", "--out", temporaryDirectory(), ...set];
  const { stdout, exitCode } = await start(args, environment).ended;
  return { result: JSON.parse(stdout) as RunResult, exitCode };
}

/** An environment in which every process of a run writes down what it loads, and how to read it afterwards. */
function recording() {
  const file = join(temporaryDirectory(), "modules.txt");
  const preload = new URL("./record-modules.ts", import.meta.url).href;
  const environment = { RECORDED_MODULES: file, NODE_OPTIONS: `--import=${preload}` };
  return { environment, modules: () => readFileSync(file, "utf8").trim().split("\n") };
}

const failingOld = "services.old={ mock: { serviceTime: 2ms, errors: 30% } }";
const mirror = "split.mirror={ to: new }";

describe("a run whose scenario names a collector", () => {
  test("tells it for each version what the ledger says, and of the copies apart", async () => {
    const collector = await startCollector();
    const { environment: recorded, modules } = recording();
    const standard = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_METRIC_EXPORT_INTERVAL: "500" };
    const environment = { ...recorded, ...standard };
    const { result } = await run(environment, [`telemetry.otlp="${collector.url}"`, failingOld, mirror]);
    expect(result.events.filter(({ kind }) => kind === "telemetry")).toEqual([]);
    expect(collector.posts.length).toBeGreaterThan(1);
    const last = collector.posts.at(-1);
    const points = last === undefined ? [] : pointsOf(last);

    for (const version of versions) {
      const arm = result.totals.versions[version];
      const own = points.filter(({ attributes }) => attributes["twinlane.version"] === version);
      const durations = own.filter(({ metric }) => metric === "http.client.request.duration");
      expect(arm.scheduled).toBeGreaterThan(0);
      expect(countOf(durations)).toBe(arm.scheduled - arm.notSent);
      expect(countOf(durations.filter(({ attributes }) => attributes["error.type"] === undefined))).toBe(
        arm.completed,
      );
      expect(
        countOf(durations.filter((point) => point.attributes["http.response.status_code"] === 500)),
      ).toBe(arm.errors["status-500"] ?? 0);
      const ledger = Object.fromEntries(
        own
          .filter(({ metric }) => metric === "twinlane.client.requests")
          .map(({ attributes, value }) => [attributes["twinlane.outcome"], value]),
      );
      expect(ledger["completed"]).toBe(arm.completed);
      expect(ledger["failed"] ?? 0).toBe(arm.failed);
      for (const { attributes, histogram } of durations) {
        expect(histogram?.buckets.reduce((sum, count) => sum + count, 0)).toBe(histogram?.count);
        expect(attributes).toMatchObject({
          "url.scheme": "http",
          "server.address": "127.0.0.1",
          "user_agent.synthetic.type": "test",
        });
        expect(["GET", "POST"]).toContain(attributes["http.request.method"]);
      }
    }
    expect(result.totals.versions.old.failed).toBeGreaterThan(0);
    expect(result.mirror?.copied).toBeGreaterThan(0);
    const copies = points.filter(({ metric }) => metric === "twinlane.mirrored");
    const answered = copies.find(({ attributes }) => attributes["twinlane.outcome"] === "answered");
    expect(answered?.value).toBe(result.mirror?.answered);
    const weights = points.filter(({ metric }) => metric === "twinlane.split.weight");
    expect(weights.map(({ value }) => value)).toEqual([0.9, 0.1]);
    expect(modules().some((url) => url.includes("@opentelemetry/sdk-node"))).toBe(true);
  });
});

function countOf(points: readonly Point[]): number {
  return points.reduce((sum, { histogram }) => sum + (histogram?.count ?? 0), 0);
}

describe("a run without a collector to talk to", () => {
  test("goes on to its end, and says in its events that nobody took the metrics", async () => {
    const { result, exitCode } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
    expect(result.completeness.state).toBe("complete");
    // Whatever the verdict on a busy machine: not a bug, not unreachable, not stopped.
    expect([0, 97, 98, 99]).toContain(exitCode);
    const told = result.events.filter(({ kind }) => kind === "telemetry");
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining("ECONNREFUSED")]);
  });

  test("says so when it is asked for what it can't do", async () => {
    const { result } = await run({ OTEL_METRICS_EXPORTER: "prometheus" });
    expect(result.completeness.state).toBe("complete");
    const told = result.events.filter(({ kind }) => kind === "telemetry");
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining("OTEL_METRICS_EXPORTER")]);
  });
});

describe("a run that is asked for no export", () => {
  test("loads OpenTelemetry in none of its processes", async () => {
    const { environment, modules } = recording();
    await run(environment);
    expect(modules().some((url) => url.endsWith("src/splitter/main.ts"))).toBe(true);
    expect(modules().some((url) => url.endsWith("src/measure/telemetry-export.ts"))).toBe(true);
    expect(modules().filter((url) => url.includes("@opentelemetry"))).toEqual([]);
  });
});
