import { expect, test } from "vitest";
import { compareResults } from "../../../src/analysis/agreement/compare-results.ts";
import { modelPlan } from "../../../src/model/modelled-result.ts";
import { renderComparison } from "../../../src/report/text/comparison-text.ts";
import { simulatePlan } from "../../../src/simulate/simulate-plan.ts";
import { planText } from "../../scenario/scenario-text.ts";

const scenario = (meanMs: number, seed: number) =>
  planText(`
name: shop
workload: { ratePerSecond: 200, timeout: 1m }
services: { old: { mock: { serviceTime: { exponential: { mean: ${meanMs}ms } } } } }
split: { new: 20% }
run: { duration: 10s, warmUp: 1s, grace: 10s, seed: ${seed} }`);

const simulated = (meanMs: number, seed: number) =>
  simulatePlan(scenario(meanMs, seed), { replications: 10 });

test("a slower version is told from a faster one, and equal ones are not told apart", async () => {
  const first = { name: "a", result: await simulated(20, 1) };
  const slower = { name: "b", result: await simulated(24, 2) };
  const equal = { name: "c", result: await simulated(20, 3) };
  const { rows } = compareResults([first, slower, equal]);
  const mean = rows.find((row) => row.version === "old" && row.figure === "responseTimeMeanMs");
  expect(mean?.differences[0]?.verdict).toBe("higher");
  expect(mean?.differences[0]?.relative).toBeCloseTo(0.2, 1);
  expect(mean?.differences[0]?.interval?.low).toBeGreaterThan(0.1);
  expect(mean?.differences[1]?.verdict).toBe("no difference told");
});

test("measured results bring intervals of their own", async () => {
  const measured = async (meanMs: number, seed: number) => {
    const result = await simulatePlan(scenario(meanMs, seed), { replications: 1 });
    return { name: String(seed), result: { ...result, method: "measured" as const } };
  };
  const { rows } = compareResults([await measured(20, 1), await measured(40, 2)]);
  const p99 = rows.find((row) => row.version === "old" && row.figure === "responseTimeP99Ms");
  expect(p99?.differences[0]?.verdict).toBe("higher");
  expect(p99?.differences[0]?.interval?.low).toBeGreaterThan(0.5);
});

test("results of different clocks stand side by side, with only what each can tell", async () => {
  const plan = scenario(20, 1);
  const model = { name: "model", result: modelPlan(plan).result };
  const comparison = compareResults([{ name: "sim", result: await simulated(20, 1) }, model]);
  const mean = comparison.rows.find((row) => row.figure === "responseTimeMeanMs");
  expect(mean?.values[1]).toBeNull();
  expect(mean?.differences[0]).toBeNull();
  expect(comparison.growth[0]?.servers[0]).toBeNull();
  expect(comparison.growth[0]?.servers[1]).toBeGreaterThan(0);
});

test("the text names each result once and shows its differences", async () => {
  const comparison = compareResults([
    { name: "monday", result: await simulated(20, 1) },
    { name: "tuesday", result: await simulated(24, 2) },
  ]);
  const text = renderComparison(comparison, { colour: false, widthColumns: 140 });
  expect(text).toContain("A  monday (shop, simulated)");
  expect(text).toContain("B against A");
  expect(text).toMatch(/old: response time, mean +\d.* higher/);
});
