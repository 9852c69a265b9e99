import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory, twinlane } from "./twinlane.ts";

const growth = "scenarios/growth-parallel-running.yaml";

/** A directory as `twinlane search` leaves it, one found rate of old on two servers. */
function searched(): string {
  const directory = temporaryDirectory();
  const old = { version: "old", label: "old", state: "found", ratePerSecond: 500, servers: 2 };
  const search = {
    schema: "twinlane/capacity-search@1",
    scenario: { name: "growth-parallel-running", hash: "0" },
    seed: 1,
    twinlane: "0.0.0",
    startedAt: "2026-01-31T12:00:00.000Z",
    goals: ["responseTime.p99 < 500ms"],
    precision: 0.05,
    trialMs: 5000,
    searches: [{ ...old, limit: "goals", sentence: "500/s", trials: [] }],
  };
  writeFileSync(join(directory, "capacity-search.json"), JSON.stringify(search));
  return directory;
}

/** A scenario with a trace of ten requests a second beside it. */
function traced(trace = "seconds\n0\n0.1\n0.2\n0.3\n"): string {
  const directory = temporaryDirectory();
  const scenario = "name: traced\nusers: 100\nworkload: { arrivals: { trace: times.csv } }\n";
  writeFileSync(join(directory, "traced.yaml"), scenario);
  if (trace !== "") writeFileSync(join(directory, "times.csv"), trace);
  return join(directory, "traced.yaml");
}

describe("twinlane model", () => {
  test("sizes by what a search has measured, and marks what lies beyond", async () => {
    const { exitCode, stdout } = await twinlane("model", growth, "--measured", searched(), "--explain");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Calculated from the measured rate of a server");
    expect(stdout).toContain("100,000,000 users: EXTRAPOLATED, old at 116 times the highest rate");
    expect(stdout).toContain("servers = rate ÷ (measuredRatePerServer × utilisationCap)");
  });

  test("takes its rates from the trace beside the scenario", async () => {
    const { exitCode, stdout } = await twinlane("model", traced(), "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).result.growth[0]).toMatchObject({ users: 100, averageRatePerSecond: 10 });
  });

  test("tells what it can't read", async () => {
    const [none, broken, lost, flat] = await Promise.all([
      twinlane("model", growth, "--measured", temporaryDirectory()),
      twinlane("model", growth, "--measured", "package.json"),
      twinlane("model", traced("")),
      twinlane("model", traced("seconds\n5\n")),
    ]);
    expect(none.stderr).toMatch(/^--measured .* can't be read: there is no such file/);
    expect(broken.stderr).toMatch(/is not what `twinlane search` writes/);
    expect(lost.stderr).toMatch(/^workload\.arrivals\.trace: times\.csv can't be read/);
    expect(flat.stderr).toMatch(/two requests at different times/);
    expect([none, broken, lost, flat].map(({ exitCode }) => exitCode)).toEqual([2, 2, 104, 104]);
  });
});

describe("twinlane what-if", () => {
  test("writes a chart beside the CSV", async () => {
    const file = join(temporaryDirectory(), "chart.svg");
    const { exitCode, stdout } = await twinlane(
      ...["what-if", growth, "--vary", "users=1e2..1e8:log:7", "--vary", "split.new=0..100%:5"],
      ...["--show", "servers,cost,firstBottleneck", "--csv", "--chart", file],
    );
    expect(exitCode).toBe(0);
    expect(stdout.split("\r\n")[0]).toBe("users,split.new,servers,cost,firstBottleneck,impossible");
    expect(stdout.trim().split("\r\n")).toHaveLength(36);
    expect(readFileSync(file, "utf8")).toMatch(/^<svg.*servers of both versions.*<\/svg>\s*$/s);
  });

  test("seeks a goal as it is said", async () => {
    const { stdout } = await twinlane("what-if", growth, "--goal", "largest users with <= 50 servers");
    expect(stdout).toBe("largest users: 75,000, where servers is 50.\n");
  });

  test("refuses to draw what is no picture", async () => {
    const chart = ["--chart", join(temporaryDirectory(), "no.svg")];
    const [goal, words, many] = await Promise.all([
      twinlane("what-if", growth, "--goal", "largest users with <= 50 servers", ...chart),
      twinlane("what-if", growth, "--vary", "users=1..9", "--show", "firstBottleneck", ...chart),
      twinlane(
        ...["what-if", growth, "--vary", "users=1..9:2", "--vary", "split.new=0..1:2"],
        ...["--vary", "workload.peakFactor=1..9:2", ...chart],
      ),
    ]);
    expect(goal.stderr).toContain("a goal is one number");
    expect(words.stderr).toContain("is a number that can be drawn");
    expect(many.stderr).toContain("one or two --vary");
    expect([goal, words, many].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
  });
});
