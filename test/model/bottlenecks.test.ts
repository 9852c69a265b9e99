import { describe, expect, test } from "vitest";
import { bottleneckChain, firstBottleneck } from "../../src/model/bottlenecks.ts";
import { capacityPoint } from "../../src/model/capacity-point.ts";
import { explainGrowth } from "../../src/model/explain/growth.ts";
import { growthTable } from "../../src/model/growth.ts";
import { modelInputs } from "../../src/model/inputs.ts";
import { planText } from "../scenario/scenario-text.ts";
import { planOf } from "./plans.ts";

/** A thousand queries a second at a thousand users, a tenth of them writes. */
const thousand = "name: thousand\nusers: 1_000\nworkload: { ratePerSecond: 1_000/s }\n";
const stores = (more: string) => `stores: { database: { limitQps: 1000, reads: 0.9, writes: 10% }${more} }\n`;

function chainOf(text: string, users: number) {
  const inputs = modelInputs(planText(text));
  const entry = growthTable(inputs, [users]).entries[0];
  if (entry === undefined) throw new Error("possible");
  return entry.bottlenecks;
}

describe("the bottleneck chain", () => {
  test("ten times the traffic on a database of 1000 queries: replicas and cache first, and their limit", () => {
    const [first] = chainOf(thousand + stores(""), 10_000);
    expect(first).toMatchObject({ resource: "database", fullAtUsers: 1000 });
    expect(first?.remedy.change).toBe(
      "Add read replicas and a cache before more servers; once the writes alone fill the primary, only sharding helps",
    );
    expect(first?.remedy.movesToUsers).toBeCloseTo(10_000, 6);
  });

  test("where nearly all are writes, only sharding is left", () => {
    const text = `${thousand}stores: { database: { limitQps: 1000, reads: 0.01, writes: 99% } }\n`;
    const [first] = chainOf(text, 10_000);
    expect(first?.remedy.change).toMatch(/^Shard the database/);
    expect(first?.remedy.movesToUsers).toBeCloseTo(2 * (first?.fullAtUsers ?? 0), 6);
  });

  test("with replicas, reads and writes are limits of their own", () => {
    const text = `${thousand + stores("")}capacity: { database: { replicas: 2 } }\n`;
    const chain = chainOf(text, 1000).filter(({ resource }) => resource.startsWith("database"));
    expect(chain.map(({ resource, fullAtUsers }) => [resource, Math.round(fullAtUsers)])).toEqual([
      ["database reads", 1818],
      ["database writes", 10_000],
    ]);
  });

  test("writes CPU as its readers do, in the chain, what binds and the explanation", () => {
    const mock = "{ mock: { serviceTime: 20ms, cpuPerRequest: 20ms, concurrency: 1000 } }";
    const text = `${thousand}services: { old: ${mock}, new: ${mock} }\n`;
    const inputs = modelInputs(planText(text));
    const entry = growthTable(inputs, [10_000]).entries[0];
    if (entry === undefined) throw new Error("possible");
    expect(entry.bottlenecks[0]?.resource).toBe("CPU");
    expect(entry.bottlenecks[0]?.reason).toContain("servers are needed for CPU");
    expect(entry.point.servers.binding).toBe("CPU");
    const names = explainGrowth(inputs, entry).map(({ name }) => name);
    expect(names).toContain("servers of new for CPU");
  });

  test("counts the pools of both versions against the database's connections", () => {
    const text = `${thousand + stores("")}capacity: { database: { maxConnections: 100, poolPerServer: 25 } }\n`;
    const pool = chainOf(text, 1000).find(({ resource }) => resource === "database connections");
    expect(pool?.utilisation).toBeCloseTo(0.75, 9);
    expect(pool?.reason).toContain("servers of both versions");
  });

  test("knows storage and monitoring where they have limits", () => {
    const text = `${thousand + stores("")}capacity: { database: { storageLimit: 1TB }, telemetry: { bytesPerDayLimit: 10GB } }\n`;
    const names = chainOf(text, 1000).map(({ resource }) => resource);
    expect(names).toContain("storage");
    expect(names).toContain("monitoring");
  });

  test("finds the same first one quickly as in full", () => {
    const inputs = modelInputs(planOf("growth-parallel-running", "capacity.connectionsPerServer=1_000_000"));
    for (const users of [1, 100, 10_000, 1e6, 3e6, 1e7, 1e8]) {
      const answer = capacityPoint(inputs, users);
      if ("impossible" in answer) throw new Error(answer.impossible);
      const [full] = bottleneckChain(inputs, answer.point);
      expect(firstBottleneck(inputs, answer.point)).toMatchObject({
        resource: full?.resource,
        fullAtUsers: full?.fullAtUsers,
      });
    }
  });
});
