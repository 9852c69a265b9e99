import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";
import { replicate } from "./plans.ts";

/** Requests of 10 ms CPU at even gaps: 20 %, 50 % … of so many cores, to the digit. */
const scaled = (rates: string, autoscaler: string, run = "duration: 10m") =>
  planText(`
name: scaled
workload: { ratePerSecond: ${rates}, arrivals: constant, timeout: 2m, maxConnections: 100000 }
services:
  new:
    mock: { serviceTime: 10ms, cpuPerRequest: 10ms, replicas: 4, concurrency: 100000, queue: 1 }
    autoscaler: { maxReplicas: 16, targetUtilisation: 50%, ${autoscaler} }
split: { new: 100% }
run: { ${run}, warmUp: 0s, grace: 1h }`);

const stepsOf = (plan: ReturnType<typeof planText>) => {
  const [data] = replicate(plan, 1);
  return (data?.scaling[1]?.steps ?? []).map(({ atMs, wanted, ready }) => [
    Math.abs(atMs) / 1000,
    wanted,
    ready,
  ]);
};

describe("a simulated autoscaler", () => {
  test("decides as the rule does on what it sees, and its servers serve after their lag", () => {
    const plan = scaled(
      "{ steps: [ { rate: 200/s, for: 1m }, { rate: 500/s, for: 2m } ] }",
      "startUpLag: 20s",
      "duration: 3m",
    );
    // At 75 s all of four cores are busy: 4 × 100/50 = 8, which serve at 95 s. At 90 s four of eight are seen, and again
    // at 105 s, for the others are too new: 4 × 100/50 = 8. Until then 3,500 requests have piled up, 500 − 400 for 35 s;
    // 300 a second go, until 106.7 s. At 120 s: 1.7 s at eight cores, 13.3 s at five, 66.7 % of eight: 8 × 66.7/50, so
    // 11. At 135 s, 5/8 of eight among eleven is within a tenth of the target, and so is 5/11 from 140 s on.
    expect(stepsOf(plan)).toEqual([
      [0, 4, 4],
      [75, 8, 4],
      [95, 8, 8],
      [120, 11, 8],
      [140, 11, 11],
    ]);
  });

  test("sees a load only when its metric is old enough", () => {
    const rates = "{ steps: [ { rate: 200/s, for: 1m }, { rate: 380/s, for: 1m } ] }";
    const first = (lag: string) => stepsOf(scaled(rates, `metricLag: ${lag}`, "duration: 2m"))[1];
    expect(first("0s")).toEqual([75, 8, 4]);
    expect(first("20s")).toEqual([95, 8, 4]);
  });

  test("lets servers go only after the stabilisation window, and ends what they have", () => {
    const plan = scaled(
      "{ steps: [ { rate: 200/s, for: 1m }, { rate: 45/s, for: 9m } ] }",
      "scaleDownStabilisation: 2m",
    );
    // 11.3 % of four cores at 75 s asks for one; the last to ask for four was the decision at 60 s.
    expect(stepsOf(plan)).toEqual([
      [0, 4, 4],
      [195, 1, 1],
    ]);
    const [data] = replicate(plan, 1);
    const { fewest, most, serverMs } = data?.scaling[1] ?? { fewest: 0, most: 0, serverMs: 0 };
    expect([fewest, most]).toEqual([1, 4]);
    expect(serverMs).toBeCloseTo(1000 * (4 * 195 + 405), 3);
    const ended = data?.tally.counts.reduce((sum, count) => sum + count, 0);
    expect(ended).toBe(200 * 60 + 45 * 540);
  });

  test("can look at the requests under way in the place of CPU", () => {
    const plan = planText(`
name: requests
workload: { ratePerSecond: 300, arrivals: constant }
services:
  new:
    mock: { serviceTime: 100ms, concurrency: 10, replicas: 4 }
    autoscaler: { metric: requests, maxReplicas: 16, targetUtilisation: 50% }
split: { new: 100% }
run: { duration: 2m, warmUp: 0s }`);
    // 30 under way are 75 % of forty slots: 4 × 75/50 = 6, of whose sixty they are the half.
    expect(stepsOf(plan)).toEqual([
      [0, 4, 4],
      [15, 6, 4],
      [45, 6, 6],
    ]);
  });

  test("is refused where there are no single servers to start", async () => {
    const plan = scaled("100", "metricLag: 0s", "duration: 1s");
    const pooled = { ...plan, capacity: { ...plan.capacity, loadBalancing: "pooled" as const } };
    await expect(simulatePlan(pooled, { replications: 1 })).rejects.toThrow(UserError);
  });
});

test("the scenario of the autoscaler's lag shows it: decisions, servers that come late, and what users meet", async () => {
  const text = readFileSync(new URL("../../scenarios/autoscaler-lag.yaml", import.meta.url), "utf8");
  const result = await simulatePlan(planText(text), { replications: 2 });
  expect(() => runResultSchema.parse(result)).not.toThrow();
  const scaling = result.simulation?.scaling?.new;
  // Looked at at 125 s: ten seconds at half of four cores, five at all of them, 67 %: 4 × 67/50, so 6. Then all are
  // busy: with four of six seen 8, with four of eight nothing, with six of eight 12, with eight of twelve 16.
  const wanted = [...new Set(scaling?.steps.map((step) => step.wanted))];
  expect(wanted).toEqual([4, 6, 8, 12, 16]);
  expect(scaling?.steps[1]?.atMs).toBe(130_000);
  expect(scaling?.steps.find(({ ready }) => ready > 4)?.atMs).toBe(170_000);
  expect(scaling?.costPerHour).toBeCloseTo(0.1 * (scaling?.meanServers ?? 0), 9);
  // Four servers answer 400 a second and 600 come, for fifty seconds: some 10,000 wait, or go away.
  expect(result.totals.versions.new.responseTimeMs.p99).toBeGreaterThan(5000);
});
