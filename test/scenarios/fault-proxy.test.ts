import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Version, versions } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { temporaryDirectory, twinlane } from "../cli/twinlane.ts";
import { describeWithServers } from "../measure/stores/servers.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A service that isn't ours: plain node:http, which counts what it is asked. */
async function realService() {
  const asked = { requests: 0 };
  const server = createServer((request, response) => {
    if (request.url !== "/health") asked.requests++;
    response.end('{"item":1}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("the service has a port");
  return { asked, url: `http://127.0.0.1:${bound.port}` };
}

async function run(name: string, settings: readonly string[]): Promise<RunResult> {
  const set = [...settings, "run.calibrate=false"].flatMap((setting) => ["--set", setting]);
  const file = `scenarios/${name}.yaml`;
  const { stdout, stderr } = await twinlane("run", file, "--json", "--out", temporaryDirectory(), ...set);
  expect(stdout, stderr).toMatch(/^\{/);
  const result = JSON.parse(stdout) as RunResult;
  for (const version of versions) expect(isBalanced(result.totals.versions[version])).toBe(true);
  expect(result.completeness.state).toBe("complete");
  return result;
}

type Span = readonly [fromSecond: number, toSecond: number];

function armsIn({ seconds }: RunResult, [from, to]: Span, version: Version) {
  return seconds
    .filter(({ second }) => second >= from && second < to)
    .flatMap(({ versions: arms }) => arms[version] ?? []);
}

/** Requests that were not answered well, scheduled in those seconds. */
function lost(result: RunResult, span: Span, which: readonly Version[] = versions): number {
  return which
    .flatMap((version) => armsIn(result, span, version))
    .reduce((sum, { scheduled, completed }) => sum + scheduled - completed, 0);
}

function faultMessages({ events }: RunResult): readonly string[] {
  return events.filter(({ kind }) => kind === "fault").map(({ message }) => message);
}

test("a real service that can't be reached: its traffic goes to old, and after detection no request fails", async () => {
  const { url, asked } = await realService();
  const faults = '[{"at":"3s","for":"4s","service":"new","kind":"crash"}]';
  const result = await run("real-service-fault", [
    `services.new.url=${url}`,
    "run.warmUp=1s",
    "run.duration=11s",
    `faults=${faults}`,
  ]);
  expect(faultMessages(result)).toEqual([
    "new can't be reached: connections are refused, and those that were open were reset",
    "new can be reached again",
  ]);
  expect(result.reaction?.[0]?.detectedMs).toBeLessThan(4500);
  expect(lost(result, [0, 2])).toBe(0);
  expect(lost(result, [0, 11], ["old"])).toBe(0);
  // Only what was under way or came before the splitter knew; from then on old answers for new.
  expect(lost(result, [2, 5])).toBeLessThan(30);
  expect(lost(result, [5, 11])).toBe(0);
  expect(result.totals.versions.old.rerouted).toBeGreaterThan(30);
  // And back again.
  const after = armsIn(result, [9, 11], "new").reduce((sum, { completed }) => sum + completed, 0);
  expect(after).toBeGreaterThan(20);
  expect(asked.requests).toBeGreaterThan(after);
  expect(result.resources.find(({ process }) => process === "proxy-new")?.role).toBe("proxy");
  expect(result.validity.reasons.join(" ")).toContain("a proxy stood before new for the whole run");
});

test("a real service with errors, resets and slow answers is hit for as long as they last, and old never is", async () => {
  const { url } = await realService();
  const faults = [
    { at: "2s", for: "2s", service: "new", kind: "errors", share: "20%" },
    { at: "6s", for: "2s", service: "new", kind: "latency", delay: "150ms" },
    { at: "10s", for: "2s", service: "new", kind: "hang" },
  ];
  const result = await run("real-service-fault", [
    `services.new.url=${url}`,
    // Neither the health check nor a breaker takes new out: what is made is what users meet.
    "services.new.health.unhealthyAfter=1000",
    "run.warmUp=1s",
    "run.duration=15s",
    `faults=${JSON.stringify(faults)}`,
  ]);
  const errors = result.totals.versions.new.errors;
  expect(Object.keys(errors)).toEqual(["status-500"]);
  expect(lost(result, [0, 15], ["old"])).toBe(0);
  expect(lost(result, [2, 4], ["new"])).toBeGreaterThan(2);
  expect(lost(result, [4, 15], ["new"])).toBe(0);
  const worst = (span: Span) => Math.max(...armsIn(result, span, "new").map(({ maxMs }) => maxMs ?? 0));
  expect(worst([6, 8])).toBeGreaterThan(149);
  // Who came while it stood still waited for its end.
  expect(worst([10, 12])).toBeGreaterThan(1000);
});

describeWithServers("real stores in trouble", () => {
  test("PostgreSQL behind a slow line, PostgreSQL and Redis restarted: users meet each for its time, the books stay right", async () => {
    const times = ["2s", "7s", "14s"].map((at, index) => `faults.${index}.at=${at}`);
    const result = await run("stores-in-trouble", [
      "run.warmUp=1s",
      "run.duration=19s",
      "faults.0.for=3s",
      ...times,
    ]);
    expect(faultMessages(result)).toEqual([
      "answers of database come 20 ms later",
      "the latency of database is over",
      "database was killed",
      "database was started again",
      "the cache went away: every read goes to the database",
      "the cache answers again",
    ]);
    const worst = versions.flatMap((version) =>
      armsIn(result, [3, 5], version).map(({ maxMs }) => maxMs ?? 0),
    );
    // In every second somebody books, which takes several turns with the database, each 20 ms longer.
    expect(Math.min(...worst)).toBeGreaterThan(60);
    expect(result.events.some(({ kind }) => kind === "process-ended")).toBe(false);
    // The last second before a crash may have requests under way at it.
    expect(lost(result, [0, 6])).toBe(0);
    // Both versions depend on the database, and on the cache neither.
    for (const version of versions) expect(lost(result, [7, 9], [version])).toBeGreaterThan(10);
    // It is back in second 9, and the splitter knows some health checks later.
    expect(lost(result, [13, 19])).toBe(0);
    const { ledger } = result.divergence ?? {};
    expect(ledger).toBeDefined();
    expect(result.verdict.checks.filter(({ kind }) => kind === "divergence")).toMatchObject([
      { state: "PASS" },
    ]);
    expect(result.resources.some(({ process }) => process === "proxy-database")).toBe(true);
    // The cache has only faults of its own server, and nothing stands before it.
    expect(result.resources.some(({ process }) => process === "proxy-cache")).toBe(false);
  });
});
