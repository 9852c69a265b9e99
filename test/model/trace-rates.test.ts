import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { modelText } from "../../src/model/text/model.ts";
import { traceRates } from "../../src/model/trace-rates.ts";
import { planText } from "../scenario/scenario-text.ts";

const every = (gapMs: number, count: number, fromMs = 0) =>
  Array.from({ length: count }, (_, index) => fromMs + index * gapMs);

describe("the rates of a trace", () => {
  const check = (times: readonly number[], expected: Record<string, number>) => {
    for (const [name, value] of Object.entries(traceRates(times))) {
      if (name in expected) expect(value, name).toBeCloseTo(expected[name] ?? 0, 9);
    }
  };

  test("are those of even gaps", () => {
    check(every(100, 601), { requests: 601, averagePerSecond: 10, peakPerSecond: 10, windowMs: 1000 });
    check(every(0.1 + 0.2, 100_001), { averagePerSecond: 1000 / 0.3 });
  });

  test("have their peak in the busiest sixtieth", () => {
    const calm = every(1000, 3601);
    const burst = every(100, 300, 1_800_000.5);
    const times = [...calm, ...burst].toSorted((left, right) => left - right);
    check(times, { averagePerSecond: 3900 / 3600, windowMs: 60_000, peakPerSecond: (300 + 60) / 60 });
  });

  test("of a short trace are its average", () => {
    check([0, 100, 200], { averagePerSecond: 10, peakPerSecond: 10, windowMs: 200 });
  });

  test.each([[[]], [[5]], [[5, 5, 5]]])("can't be told from %j", (times) => {
    expect(() => traceRates(times)).toThrow(UserError);
    expect(() => traceRates(times)).toThrow(/two requests at different times/);
  });
});

describe("a scenario with a trace", () => {
  const plan = planText("name: traced\nusers: 500\nworkload: { arrivals: { trace: t.csv } }\n");

  test("is sized by its rates, which grow with the users", () => {
    const modelled = modelPlan(plan, { trace: traceRates(every(100, 601)) });
    const rows = modelled.result.growth.map(({ users, peakRatePerSecond }) => [users, peakRatePerSecond]);
    expect(rows).toEqual([
      [100, 2],
      [10_000, 200],
      [1_000_000, 20_000],
      [100_000_000, 2_000_000],
    ]);
    expect(modelText(modelled, undefined)).toContain("a trace of 601 requests in 60 s");
  });

  test("is refused without them, with a reason", () => {
    expect(() => modelPlan(plan)).toThrow(/the rates of the trace were not read/);
  });
});
