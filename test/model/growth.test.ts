import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capacityPoint } from "../../src/model/capacity-point.ts";
import { growthTable } from "../../src/model/growth.ts";
import { modelInputs } from "../../src/model/inputs.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { planText } from "../scenario/scenario-text.ts";
import { planOf } from "./plans.ts";

const growth = planOf("growth-parallel-running");
const minimal = "name: small\nworkload: { ratePerSecond: 200/s }\n";

describe("the growth table", () => {
  const rows = modelPlan(growth).result.growth;
  const row = (users: number) => rows.find((candidate) => candidate.users === users);

  test("gives 7, 667 and 66,667 servers for two versions at 3,000 connections per server", () => {
    expect(rows.map(({ users, servers }) => [users, servers.total, servers.binding])).toEqual([
      [100, 2, "one of each version"],
      [10_000, 7, "connections"],
      [1_000_000, 667, "connections"],
      [100_000_000, 66_667, "connections"],
    ]);
  });

  test("shows the spare beside the total, not in it", () => {
    expect(row(10_000)?.servers).toMatchObject({ total: 7, spare: 1 });
    const three = modelPlan(planOf("growth-parallel-running", "capacity.spareServers=3")).result.growth;
    expect(three[1]?.servers).toMatchObject({ total: 7, spare: 3 });
  });

  test("rounds old up first, so that a rollback finds it whole", () => {
    expect(row(10_000)?.servers).toMatchObject({ old: 4, new: 3 });
    expect(row(1_000_000)?.servers).toMatchObject({ old: 334, new: 333 });
  });

  test("gives 115.74 requests per second on average and 578.70 at the peak for a million users", () => {
    expect(row(1_000_000)?.averageRatePerSecond).toBeCloseTo(115.740_740_7, 6);
    expect(row(1_000_000)?.peakRatePerSecond).toBeCloseTo(578.703_703_7, 6);
  });

  test("gives 57.87 MB/s at ten requests a day, and 100 GB/s at one request per user and second", () => {
    expect(row(1_000_000)?.bandwidthBytesPerSecond).toBeCloseTo(57_870_370.37, 0);
    const busy = planOf("growth-parallel-running", "workload={ ratePerSecond: 1_000_000/s }");
    const million = modelPlan(busy).result.growth.find(({ users }) => users === 1_000_000);
    expect(million?.bandwidthBytesPerSecond).toBeCloseTo(100e9, 0);
  });

  test("names the database as first bottleneck once its limit is passed", () => {
    expect(rows.map(({ firstBottleneck }) => firstBottleneck)).toEqual([
      "connections",
      "connections",
      "connections",
      "database",
    ]);
  });

  test("has a state and advice for every size", () => {
    const { entries } = modelPlan(growth).growth;
    expect(entries.map(({ state }) => state.state)).toEqual([
      "one server carries everybody",
      "a few servers",
      "several instances of both versions",
      "a fleet",
    ]);
  });

  test("is a valid result, and the same every time", () => {
    const first = JSON.stringify(modelPlan(growth).result);
    expect(runResultSchema.parse(JSON.parse(first)).method).toBe("modelled");
    expect(JSON.stringify(modelPlan(growth).result)).toBe(first);
  });

  test("works for a scenario of two lines", () => {
    const { result } = modelPlan(planText(minimal));
    expect(result.growth).toHaveLength(4);
    expect(result.verdict.state).toBe("PASS");
  });

  test("speaks of closed users by N ÷ (Z + S)", () => {
    const closed = planText(
      "name: closed\nusers: 100\nworkload: { thinkTime: 9s }\nservices: { old: { mock: { serviceTime: 1s } }, new: { mock: { serviceTime: 1s } } }\n",
    );
    const rate = growthTable(modelInputs(closed), [1000]).entries[0]?.point.load.peakPerSecond;
    expect(rate).toBeCloseTo(100, 9);
  });
});

describe("impossible demands", () => {
  test("are told apart from large ones, with the reason", () => {
    const plan = planText(
      `${minimal}services: { old: { mock: { serviceTime: 300ms } }, new: { mock: { serviceTime: 20ms } } }\nslo: { responseTimeP99: 200ms }\n`,
    );
    const { result, growth: table } = modelPlan(plan);
    expect(result.verdict.state).toBe("FAIL");
    expect(result.growth).toEqual([]);
    expect(table.impossible[0]?.impossible).toMatch(
      /^old: no number of servers is enough, because 100 % of the requests take longer than 200 ms/,
    );
  });
});

describe("laws of the model", () => {
  const balancing = fc.constantFrom("pooled", "random", "roundRobin", "leastConnections", "powerOfTwo");
  const scenario = (options: { meanMs: number; balancing: string }) =>
    `${minimal}services:
  old: { mock: { serviceTime: { gamma: { mean: ${options.meanMs}ms, shape: 2 } }, concurrency: 8 } }
  new: { mock: { serviceTime: { exponential: { mean: ${options.meanMs}ms } }, concurrency: 8 } }
stores: { database: { limitQps: 1000, writes: 10% }, cache: { hitRatio: 80% } }
slo: { responseTimeP99: 2s }
capacity: { loadBalancing: ${options.balancing}, price: { server: 1/h } }
`;

  const sizes = (text: string, users: number) => {
    const answer = capacityPoint(modelInputs(planText(text)), users);
    if ("impossible" in answer) return undefined;
    const { servers, gateways, cacheNodes, database, cost } = answer.point;
    return [servers.total, gateways, cacheNodes, database?.nodes ?? 0, cost?.perHour ?? 0];
  };

  test("more users never need less, and no figure is negative, infinite or not a number", () => {
    fc.assert(
      fc.property(
        balancing,
        fc.integer({ min: 1, max: 1e8 }),
        fc.integer({ min: 1, max: 1e8 }),
        (by, one, two) => {
          const text = scenario({ meanMs: 40, balancing: by });
          const fewer = sizes(text, Math.min(one, two)) ?? [];
          const more = sizes(text, Math.max(one, two)) ?? [];
          expect(fewer.length).toBeGreaterThan(0);
          for (const [index, size] of fewer.entries()) {
            expect(Number.isFinite(size) && size >= 0).toBe(true);
            // Nodes of a database jump down by less than a replica where a shard is added.
            if (index !== 3 && index !== 4) expect(more[index] ?? 0).toBeGreaterThanOrEqual(size);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("slower services never need fewer servers", () => {
    fc.assert(
      fc.property(
        balancing,
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 1e8 }),
        (by, one, two, users) => {
          const servers = (meanMs: number) =>
            sizes(scenario({ meanMs, balancing: by }), users)?.[0] ?? Number.POSITIVE_INFINITY;
          expect(servers(Math.max(one, two))).toBeGreaterThanOrEqual(servers(Math.min(one, two)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
