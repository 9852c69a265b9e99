import { expect, test } from "vitest";
import { hangingText } from "../../src/report/text/wrap.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { simulationText } from "../../src/simulate/text.ts";
import { planText } from "../scenario/scenario-text.ts";

test("what is printed under a simulated summary names intervals, sizes and assumptions", async () => {
  const plan = planText(`
name: shop
users: 1000
workload: { ratePerSecond: 100 }
services: { old: { label: shop 1, mock: { serviceTime: { exponential: { mean: 10ms } } } }, new: { label: shop 2 } }
split: { new: 50% }
run: { duration: 20s }
slo: { responseTimeP99: 100ms }
growth: { users: [1000, 1_000_000] }`);
  const text = simulationText(await simulatePlan(plan, { replications: 4, growth: true }));
  const narrow = hangingText(text, 60).split("\n");
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(narrow.join(" ").replaceAll(/\s+/g, " ")).toBe(text.replaceAll(/\s+/g, " "));
  expect(text).toMatch(/^Simulated: 4 replications, [\d,]+ events; 95 % intervals/);
  expect(text).toMatch(/shop 1 {2}responseTime\.p99 +[\d.]+ ms {2}\[[\d.]+ ms, [\d.]+ ms\]/);
  expect(text).toMatch(/new less old {2}responseTime\.p99 +−/);
  expect(text).toMatch(/1,000,000 users, 100,000\/s: old \d+, new 1\n/);
  expect(text).toMatch(/Assumed, not measured:\n {2}Counts are sums over all replications/);
});
