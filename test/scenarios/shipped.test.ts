import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { temporaryDirectory, twinlane } from "../cli/twinlane.ts";

const files = readdirSync("scenarios").filter((name) => name.endsWith(".yaml"));

describe("every shipped scenario", () => {
  test.each(files)("%s is valid, and its first comment says what it shows", (name) => {
    const text = readFileSync(`scenarios/${name}`, "utf8");
    const parsed = parseScenario(text, { file: name });
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([]);
    expect(text.startsWith("# yaml-language-server: $schema=./scenario.schema.json\n# ")).toBe(true);
  });
});

async function run(name: string, ...settings: readonly string[]): Promise<RunResult> {
  const set = settings.flatMap((setting) => ["--set", setting]);
  const { stdout } = await twinlane(
    "run",
    `scenarios/${name}.yaml`,
    "--json",
    "--out",
    temporaryDirectory(),
    ...set,
  );
  const result = JSON.parse(stdout) as RunResult;
  for (const version of versions) expect(isBalanced(result.totals.versions[version])).toBe(true);
  expect(result.totals.versions.old.scheduled + result.totals.versions.new.scheduled).toBe(result.totals.due);
  return result;
}

describe("a run of", () => {
  test("ten-thousand-users holds 10,000 connections and loses no request", async () => {
    const { totals, resources } = await run("ten-thousand-users", "run.duration=6s", "run.warmUp=4s");
    const lost = versions.map(
      (version) => totals.versions[version].scheduled - totals.versions[version].completed,
    );
    expect(lost).toEqual([0, 0]);
    expect(totals.due).toBeGreaterThan(3000);
    const splitter = resources.find(({ process }) => process === "splitter");
    expect(splitter?.summary.openFilesMax).toBeGreaterThan(10_000);
  }, 90_000);

  test("mirror-everything copies every read and no write, and users never wait for a copy", async () => {
    const { totals, mirror, stages } = await run("mirror-everything", "run.duration=5s", "run.warmUp=1s");
    expect(totals.versions.new.scheduled).toBe(0);
    expect(totals.versions.old.completed).toBe(totals.due);
    const reads = stages.reduce((sum, { endpoints }) => {
      const search = endpoints.find(({ name }) => name === "search");
      return sum + (search?.versions.old?.scheduled ?? 0);
    }, 0);
    expect((mirror?.copied ?? 0) + (mirror?.dropped ?? 0)).toBe(reads);
    expect(mirror?.answered).toBeGreaterThan(0);
  }, 60_000);

  test("dead-canary says within seconds that nothing reaches new, and passes nothing", async () => {
    const { events, verdict, totals } = await run("dead-canary", "run.duration=5s", "run.warmUp=1s");
    expect(totals.versions.new.scheduled).toBe(0);
    const audit = events.find(({ kind }) => kind === "split-audit");
    expect(audit?.message).toMatch(/^new: 0 of [\d,]+, expected \d+ \(10 %\)$/);
    expect(audit?.atMs).toBeLessThan(4000);
    expect(verdict.state).toBe("INCONCLUSIVE");
    expect(verdict.reasons[0]).toMatch(/^new is given 10 %: new was given 0 of /);
  }, 60_000);

  test("compare-answers finds the wrong field among all answers, and copies no write", async () => {
    const settings = ["run.duration=6s", "run.warmUp=1s", "faults.0.at=1s", "faults.0.share=10%"];
    const { comparison, stages, verdict, events, totals } = await run("compare-answers", ...settings);
    if (comparison === undefined) throw new Error("answers were compared");
    const count = (key: "scheduled" | "completed", names: readonly string[]) =>
      stages
        .flatMap(({ endpoints }) => endpoints.filter(({ name }) => names.includes(name)))
        .reduce((sum, { versions: { old } }) => sum + (old?.[key] ?? 0), 0);
    // What is due and what is answered are the same, unless the machine can't send all of it.
    expect(comparison.wanted).toBeLessThanOrEqual(count("scheduled", ["item", "order"]));
    expect(comparison.wanted).toBeGreaterThanOrEqual(count("completed", ["item", "order"]));
    expect(comparison.notCompared["a write"]).toBeLessThanOrEqual(count("scheduled", ["order"]));
    expect(comparison.notCompared["a write"]).toBeGreaterThanOrEqual(count("completed", ["order"]));
    const missed = Object.values(comparison.notCompared).reduce((sum, count) => sum + count, 0);
    expect(comparison.compared + comparison.overload.compared + missed).toBe(comparison.wanted);
    expect(comparison.compared).toBeGreaterThan(100);
    expect(comparison.fields.filter(({ isBeyondNoise }) => isBeyondNoise)).toMatchObject([
      { endpoint: "item", field: "$.item", kind: "value", raw: comparison.mismatched, noise: 0 },
    ]);
    expect(comparison.mismatched).toBeGreaterThan(comparison.compared * 0.02);
    expect(totals.versions.new.scheduled).toBe(0);
    expect(verdict.checks.find(({ kind }) => kind === "compare")?.state).toBe("FAIL");
    const [fault, mismatch, ...more] = events.filter(({ kind }) => kind === "fault" || kind === "mismatch");
    expect([fault?.kind, mismatch?.kind, more]).toEqual(["fault", "mismatch", []]);
  }, 60_000);

  test("beta-testers sends those with the flag to new and nobody else", async () => {
    const { totals } = await run("beta-testers", "run.duration=5s", "run.warmUp=1s");
    expect(totals.split.configured).toBeCloseTo(0.05, 10);
    expect(totals.split.state).toBe("as configured");
    expect(totals.versions.new.scheduled).toBeGreaterThan(0);
  }, 60_000);

  test("ramp-with-rollback goes on while all is well, and takes new back when it fails", async () => {
    const settings = ["run.warmUp=1s", "run.duration=14s", "faults.0.at=5s"];
    const steps = [
      "rollout.steps.0.hold=3s",
      "rollout.steps.1.hold=30s",
      "rollout.gates.0.interval=2s",
      "rollout.gates.0.minSamples=5",
    ];
    const { rollout, seconds, events, verdict, stages } = await run(
      "ramp-with-rollback",
      ...settings,
      ...steps,
    );
    expect(rollout?.phase).toBe("rolled back");
    expect(stages.map(({ name }) => name)).toEqual([
      "warm-up",
      "step 1: 10 %",
      "step 2: 50 %",
      "rolled back: 0 %",
    ]);
    expect(verdict.checks.find(({ kind }) => kind === "rollout")?.state).toBe("FAIL");
    const zero = events.find(
      ({ kind, message }) => kind === "split" && message.startsWith("share of new from 50 % to 0 %"),
    );
    expect(zero).toBeDefined();
    const later = seconds.filter(({ second }) => second * 1000 > (zero?.atMs ?? 0) + 1000);
    expect(later.length).toBeGreaterThan(0);
    expect(later.reduce((sum, { versions: arms }) => sum + (arms.new?.scheduled ?? 0), 0)).toBe(0);
  }, 60_000);

  test("new-is-down detects the crash, loses no request of old, and brings new back", async () => {
    const settings = ["run.duration=12s", "run.warmUp=1s", "faults.0.at=3s", "faults.0.for=4s"];
    const { totals, events, requirements } = await run("new-is-down", ...settings);
    const { failed, timedOut, notSent, inFlight, rerouted } = totals.versions.old;
    expect([failed, timedOut, notSent, inFlight]).toEqual([0, 0, 0, 0]);
    expect(rerouted).toBeGreaterThan(20);
    const kinds = events.filter(({ version }) => version === "new").map(({ kind }) => kind);
    expect(kinds).toEqual(["fault", "unhealthy", "fault", "healthy"]);
    const requirement = requirements.find(({ name }) => name.startsWith("No user of old"));
    expect(requirement?.state).toBe("met");
  }, 60_000);
});
