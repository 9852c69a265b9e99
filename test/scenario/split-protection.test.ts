import { expect, test } from "vitest";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { planText } from "./scenario-text.ts";

function planOf(split: string): RunPlan {
  return planText(`name: p\nworkload: { ratePerSecond: 1/s }\nsplit: ${split}\n`);
}

test("nothing is ejected unless the scenario asks, and then by rules with defaults", () => {
  expect(planOf("{}").ejection).toBeUndefined();
  expect(planOf("{ ejection: {} }").ejection).toEqual({
    consecutiveFailures: 5,
    failureShare: 0.5,
    minVolume: 20,
    windowMs: 10_000,
    ejectMs: 10_000,
    maxEjectMs: 300_000,
    maxEjectedShare: 1,
    alwaysEjectsOne: false,
  });
  expect(planOf("{ ejection: { failureShare: 20%, ejectFor: 1s } }").ejection).toMatchObject({
    failureShare: 0.2,
    ejectMs: 1000,
  });
});

test("the splitter's connections have bounds that a scenario may set", () => {
  expect(planOf("{}").connections).toEqual({ clients: undefined, perAddress: 4096, waiting: 4096 });
  expect(planOf("{ connections: { clients: 10, perAddress: 2, waiting: 1 } }").connections).toEqual({
    clients: 10,
    perAddress: 2,
    waiting: 1,
  });
});
