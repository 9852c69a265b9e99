import { expect, test } from "vitest";
import { judgeRun } from "../../src/analysis/judge.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";

const planHeldTo = (slo: string) =>
  planText(`
name: shop
workload: { ratePerSecond: 100/s }
services:
  old: { mock: { serviceTime: { exponential: { mean: 20ms } } } }
  new: { mock: { serviceTime: { exponential: { mean: 20ms } } } }
run: { duration: 20s, warmUp: 0s }
slo: { ${slo} }`);

test("a simulated limit is held or missed, however closely: no load generator was late", async () => {
  const simulated = await simulatePlan(planHeldTo("availability: 99%"), { replications: 3 });
  const { p99 } = simulated.totals.versions.old.responseTimeMs;
  expect(p99).toBeGreaterThan(20);
  for (const part of [0.5, 0.9, 0.98, 1.02, 1.5]) {
    const plan = planHeldTo(`responseTimeP99: ${Math.round(Number(p99) * part)}ms`);
    for (const validity of [simulated.validity, { state: "TAINTED" as const, reasons: ["wide intervals"] }]) {
      const judged = judgeRun({ ...simulated, validity }, plan);
      const check = judged.verdict.checks.find(({ name }) => name.startsWith("old: response time p99"));
      expect([part, check?.state]).toEqual([part, part < 1 ? "FAIL" : "PASS"]);
      expect(judged.validity).toEqual(validity);
    }
  }
});
