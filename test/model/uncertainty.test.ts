import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { perVersion } from "../../src/base/version.ts";
import { growthLimits, uncertainInputs } from "../../src/model/uncertainty.ts";
import { scenarioWith } from "../../src/model/what-if/scenario-path.ts";
import type { Basis } from "../../src/model/what-if/sweep.ts";

const file = "growth-parallel-running.yaml";
const text = readFileSync(new URL(`../../scenarios/${file}`, import.meta.url), "utf8");

const limitsOf = (
  uncertain: string,
  users: readonly number[],
  { overrides = [], calibrate }: { overrides?: readonly string[]; calibrate?: Basis["calibrate"] } = {},
) => {
  const source = { text, file, overrides: [`growth.uncertain=${uncertain}`, ...overrides] };
  const scenario = scenarioWith(source, "run.seed=1");
  return growthLimits({ scenario, calibrate }, uncertainInputs(scenario, source), users);
};

describe("inputs that are not known exactly", () => {
  test("give limits around the plain answer", () => {
    const [row] = limitsOf("{ capacity.connectionsPerServer: { low: 2000, high: 4000 } }", [1_000_000]).rows;
    expect(row?.servers?.low).toBeGreaterThan(500);
    expect(row?.servers?.low).toBeLessThan(600);
    expect(row?.servers?.middle).toBeGreaterThan(640);
    expect(row?.servers?.middle).toBeLessThan(700);
    expect(row?.servers?.high).toBeGreaterThan(800);
    expect(row?.servers?.high).toBeLessThan(1000);
  });

  test("have the 5 % and 95 % points of their triangle", () => {
    // Rate is proportional to the input, so its limits are those of the triangle 0, 0, 10: 10 − √(0.95·100).
    const [row] = limitsOf(
      "{ workload.requestsPerUserPerDay: { low: 1, likely: 1, high: 11 } }",
      [1_000_000],
    ).rows;
    const perDay = (rate = 0) => (rate * 86_400) / 5_000_000;
    expect(perDay(row?.peakPerSecond?.low)).toBeCloseTo(11 - Math.sqrt(0.95 * 100), 1);
    expect(perDay(row?.peakPerSecond?.high)).toBeCloseTo(11 - Math.sqrt(0.05 * 100), 1);
  });

  test("are named in the order in which they matter", () => {
    const [row] = limitsOf(
      "{ workload.peakFactor: { low: 1, high: 20 }, capacity.connectionsPerServer: { low: 2000, high: 4000 } }",
      [1_000_000],
    ).rows;
    expect(row?.influences[0]?.path).toBe("capacity.connectionsPerServer");
    expect(row?.influences[0]?.share).toBeGreaterThan(0.95);
  });

  test("are drawn the same way every time", () => {
    const draw = () => JSON.stringify(limitsOf("{ workload.peakFactor: { low: 1, high: 20 } }", [1e6, 1e8]));
    expect(draw()).toBe(draw());
  });

  test("stand beside what a profile measured, in the place of the scenario's own values", () => {
    const uncertain = "{ workload.peakFactor: { low: 4, high: 8 } }";
    const few = ["capacity.connectionsPerServer=1_000_000", "services.old.mock.concurrency=1"];
    const slow = { law: "constant", ms: 80 } as const;
    const calibrated = limitsOf(uncertain, [1e6], {
      overrides: few,
      calibrate: (plan) => ({
        ...plan,
        services: perVersion((version) => {
          const service = plan.services[version];
          const { target } = service;
          if (target.kind !== "mock") throw new Error("both versions are mocks");
          return { ...service, target: { ...target, mock: { ...target.mock, serviceTime: slow } } };
        }),
      }),
    });
    const written = ["old", "new"].map((version) => `services.${version}.mock.serviceTime=80ms`);
    expect(calibrated.rows).toEqual(limitsOf(uncertain, [1e6], { overrides: [...few, ...written] }).rows);
    expect(calibrated.rows).not.toEqual(limitsOf(uncertain, [1e6], { overrides: few }).rows);
  });

  test("count the cases in which no number of servers is enough", () => {
    const [row] = limitsOf(
      "{ slo.responseTimeP99: { low: 100ms, likely: 200ms, high: 500ms } }",
      [10_000],
    ).rows;
    expect(row?.impossibleShare).toBeGreaterThan(0.1);
    expect(row?.impossibleShare).toBeLessThan(0.5);
  });

  test.each([
    ["{ workload.peakFactor: { low: 20, high: 1 } }", /low ≤ likely ≤ high/],
    ["{ workload.peakFactr: { low: 1, high: 20 } }", /did you mean `peakFactor`/],
    ["{ split.new: { low: 0, high: 200% } }", /must be at most 100 %/],
  ])("that make no sense are refused: %s", (uncertain, message) => {
    expect(() => limitsOf(uncertain, [100])).toThrow(message);
  });
});
