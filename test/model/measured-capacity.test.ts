import { describe, expect, test } from "vitest";
import { explainGrowth } from "../../src/model/explain/growth.ts";
import { measuredCapacity } from "../../src/model/measured-capacity.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { modelText } from "../../src/model/text/model.ts";
import type { CapacitySearch, VersionSearch } from "../../src/result/capacity-search-schema.ts";
import { planText } from "../scenario/scenario-text.ts";
import { workOut } from "./explain/work-out.ts";

const plan = planText(
  "name: shop\nusers: 1000\nworkload: { ratePerSecond: 100/s }\nslo: { responseTimeP99: 200ms }\n" +
    "capacity: { connectionsPerServer: 1_000_000 }\ngrowth: { users: [1000, 10_000, 100_000] }\n",
);

const found = (version: "old" | "new", more: Partial<VersionSearch> = {}): VersionSearch => ({
  version,
  label: version,
  state: "found",
  ratePerSecond: 500,
  limit: "goals",
  servers: 2,
  sentence: "",
  trials: [],
  ...more,
});

const searchOf = (searches: VersionSearch[], hash = plan.hash): CapacitySearch => ({
  schema: "twinlane/capacity-search@1",
  scenario: { name: "shop", hash },
  seed: 1,
  twinlane: "0.0.0",
  startedAt: "2026-01-31T12:00:00.000Z",
  goals: ["responseTime.p99 < 200ms"],
  precision: 0.05,
  trialMs: 5000,
  searches,
});

describe("a measured capacity", () => {
  const measured = measuredCapacity(searchOf([found("old"), found("new", { ratePerSecond: 250 })]), plan);
  const modelled = modelPlan(plan, { measured });

  test("sizes each version by the measured rate of a server, below the utilisation cap", () => {
    const { needs } = modelled.growth.entries[1]?.point.servers ?? {};
    expect(needs?.old.find(({ constraint }) => constraint === "measured rate")?.servers).toBeCloseTo(
      1000 / (250 * 0.7),
      9,
    );
    expect(needs?.new.find(({ constraint }) => constraint === "measured rate")?.servers).toBeCloseTo(
      1000 / (125 * 0.7),
      9,
    );
    expect(needs?.old.map(({ constraint }) => constraint)).not.toContain("response time");
  });

  test("marks what lies beyond the highest rate that was measured", () => {
    expect(modelled.growth.entries.map(({ extrapolated }) => extrapolated)).toEqual([
      [],
      [
        { version: "old", timesMeasured: 2 },
        { version: "new", timesMeasured: 4 },
      ],
      [
        { version: "old", timesMeasured: 20 },
        { version: "new", timesMeasured: 40 },
      ],
    ]);
    const text = modelText(modelled, undefined);
    expect(text).toContain("10,000 users: EXTRAPOLATED, old at 2 times and new at 4 times the highest rate");
    expect(text).toContain("measured rate (extrapolated)");
    expect(text).not.toMatch(/ 1,000 users: EXTRAPOLATED/);
  });

  test("is explained so that it can be worked out again", () => {
    const entry = modelled.growth.entries[2];
    if (entry === undefined) throw new Error("three user counts");
    const steps = explainGrowth(modelled.inputs, entry).filter(({ name }) => name.includes("measured rate"));
    expect(steps.length).toBeGreaterThanOrEqual(2);
    for (const step of steps) expect(workOut(step)).toBeCloseTo(step.result.value, 6);
    expect(steps[0]?.assumption).toContain("EXTRAPOLATED: 20 times");
  });

  test("leaves a version that was not searched to the formulas, and says so", () => {
    const half = measuredCapacity(searchOf([found("old"), found("new", { state: "below" })]), plan);
    expect(half.versions.new).toBeUndefined();
    expect(half.notes.join(" ")).toContain("found no rate for new (below)");
    expect(modelPlan(plan, { measured: half }).result.growth).toHaveLength(3);
  });

  test("says where the search ran with another scenario, or on servers that nobody counted", () => {
    const { servers: _, ...uncounted } = found("old");
    const notes = measuredCapacity(searchOf([uncounted], "other"), plan).notes.join(" ");
    expect(notes).toContain("with another scenario");
    expect(notes).toContain("counted as 1 server");
  });

  test("is refused where no rate was found at all", () => {
    const { ratePerSecond: _, ...none } = found("old", { state: "not decided" });
    expect(() => measuredCapacity(searchOf([none]), plan)).toThrow(/found no rate for old or new/);
  });
});
