import { describe, expect, test } from "vitest";
import { modelPlan } from "../../../src/model/modelled-result.ts";
import { migrationText } from "../../../src/model/text/migration.ts";
import { planOf } from "../plans.ts";

const viewOf = (...overrides: string[]) => {
  const view = modelPlan(planOf("growth-incremental-migration", ...overrides)).migration;
  if (view === undefined) throw new Error("the scenario has a migration");
  return view;
};

describe("the way out of a monolith", () => {
  const { steps, rows } = viewOf();

  test("moves traffic, calls and queries service by service", () => {
    expect(steps.map(({ name, trafficShare }) => [name, Number(trafficShare.toFixed(6))])).toEqual([
      [undefined, 0],
      ["catalogue", 0.4],
      ["accounts", 0.6],
      ["orders", 0.85],
    ]);
    const peak = (10_000 * 200 * 5) / 86_400;
    expect(steps[3]?.internalCallsPerSecond).toBeCloseTo(peak * (0.4 * 1 + 0.2 * 2 + 0.25 * 3), 6);
    expect(steps[3]?.addedMs).toBeCloseTo(1.55, 9);
  });

  test("relieves the shared database only by databases of their own", () => {
    const shared = steps.map(({ databases }) => databases[0]?.utilisation ?? 0);
    expect(shared[1]).toBeCloseTo(shared[0] ?? 0, 12);
    expect(shared[2]).toBeCloseTo((shared[0] ?? 0) * 0.8, 12);
    expect(shared[3]).toBeCloseTo((shared[0] ?? 0) * 0.55, 12);
    expect(steps[3]?.databases.map(({ name }) => name)).toEqual(["shared", "accounts", "orders"]);
  });

  test("has the database as first bottleneck up to 10,000 users", () => {
    expect(rows.map(({ firstBottleneck }) => firstBottleneck?.resource)).toEqual([
      "database",
      "database",
      "database",
      "database",
    ]);
    expect(rows[1]?.firstBottleneck?.fullAtUsers).toBeCloseTo(10_164.7, 1);
  });

  test("asks for a cache, replicas, sharding and a CDN as users grow", () => {
    expect(rows.map(({ measures }) => measures.map(({ measure }) => measure))).toEqual([
      [],
      [],
      ["cache", "replicas", "sharding"],
      ["cache", "replicas", "sharding", "CDN"],
    ]);
    const small = viewOf("growth.users=[ 20_000, 150_000 ]").rows;
    expect(small.map(({ measures }) => measures.map(({ measure }) => measure))).toEqual([
      ["cache"],
      ["cache", "replicas"],
    ]);
  });

  test("ends without a monolith when all traffic has moved", () => {
    const gone = viewOf("migration.services=[ { name: all, trafficShare: 100%, ownDatabase: true } ]").steps;
    expect(gone[1]?.monolithServers).toBe(0);
    expect(gone[1]?.databases.map(({ name }) => name)).toEqual(["all"]);
  });

  test("reads as two tables and the reasons", () => {
    expect(migrationText(viewOf())).toContain("replicas repeat every write: 4 shards.");
  });
});
