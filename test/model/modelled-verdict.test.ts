import { describe, expect, test } from "vitest";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { planText } from "../scenario/scenario-text.ts";
import { planOf } from "./plans.ts";

const verdictOf = (...overrides: string[]) =>
  modelPlan(planOf("growth-parallel-running", ...overrides)).result.verdict;

const thousand = "name: thousand\nusers: 1_000\nworkload: { ratePerSecond: 1_000/s }\n";

describe("the sentence of a calculation", () => {
  test("tells servers, price, first bottleneck and what to do, for the scenario's own users", () => {
    // 10,000 users on 2 × 3.33 servers of 3,000 connections; 8 servers, a gateway and a cache at 0.10, a database at 0.40.
    expect(verdictOf("users=10_000")).toMatchObject({
      state: "PASS",
      sentence:
        "10,000 users take 7 servers (4 old, 3 new) and 1 spare, in all 1.40 per hour; the first bottleneck is connections, full at 10,500 users: add 1 server, 0.10 more per hour.",
      reasons: [
        "Then database, full at 8,640,000 users: add read replicas, or raise the cache's hit ratio, before more servers.",
      ],
    });
  });

  test("asks for replicas and a cache before servers where the database is full first", () => {
    const text = `${thousand}stores: { database: { limitQps: 100, reads: 1, writes: 1% } }\n`;
    const { sentence, reasons } = modelPlan(planText(text)).result.verdict;
    expect(sentence).toContain(
      "the first bottleneck is database, full since 99 users: add read replicas and a cache before more servers.",
    );
    expect(reasons).toEqual([]);
  });

  test("counts the scenario's own users among those that can't be served", () => {
    const text = `${thousand}services: { old: { mock: { serviceTime: 50ms } }, new: { mock: { serviceTime: 50ms } } }\nslo: { responseTimeP99: 40ms }\ngrowth: { users: [100] }\n`;
    const { state, sentence, checks } = modelPlan(planText(text)).result.verdict;
    expect([state, sentence]).toEqual(["FAIL", "By calculation, 2 of 2 user counts can't be served."]);
    expect(checks.map(({ name }) => name)).toEqual(["100 users", "1,000 users"]);
  });
});

test("the result tells to how many users each remedy moves its limit", () => {
  const { result, here } = modelPlan(planOf("growth-parallel-running", "users=10_000"));
  expect(runResultSchema.safeParse(result).success).toBe(true);
  expect(result.bottlenecks[0]).toMatchObject({ resource: "connections", movesToUsers: 12_000 });
  expect(result.bottlenecks.map(({ movesToUsers }) => movesToUsers)).toEqual(
    here?.bottlenecks.map(({ remedy }) => remedy.movesToUsers),
  );
});
