import { describe, expect, test } from "vitest";
import type { Explained } from "../../../src/model/explain/explained.ts";
import { explainGrowth } from "../../../src/model/explain/growth.ts";
import { growthTable } from "../../../src/model/growth.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { explainedText } from "../../../src/model/text/explained.ts";
import { planOf } from "../plans.ts";
import { workOut } from "./work-out.ts";

const plan = planOf(
  "growth-parallel-running",
  "capacity.zones=3",
  "capacity.forecastError=20%",
  "capacity.memoryPerServer=1GB",
  "split.mirror={ share: 50% }",
);

function steps(users: number): readonly Explained[] {
  const inputs = modelInputs(plan);
  return growthTable(inputs, [users]).entries.flatMap((entry) => explainGrowth(inputs, entry));
}

describe("the explanation of a growth row", () => {
  test.each([100, 10_000, 1_000_000, 100_000_000])(
    "can be worked out again on paper, for %d users",
    (users) => {
      const formulas = steps(users).filter((step) => step.isRule !== true);
      expect(formulas.length).toBeGreaterThan(15);
      for (const step of formulas) {
        const again = workOut(step);
        expect(Math.abs(again - step.result.value), step.name).toBeLessThanOrEqual(
          1e-9 * Math.abs(step.result.value),
        );
      }
    },
  );

  test("names a source for every step", () => {
    for (const step of steps(1_000_000)) expect(step.source, step.name).not.toBe("");
  });

  test("reads as formula, numbers, result", () => {
    expect(explainedText(steps(1_000_000).slice(0, 1))).toBe(
      `1. average rate
   averageRate = users × requestsPerUserPerDay ÷ secondsPerDay
   with users = 1,000,000 users, requestsPerUserPerDay = 10 requests, secondsPerDay = 86,400 s
   = 115.7407 requests/s
   Source: definition.`,
    );
  });
});
