import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { judgeSamples } from "../../src/rollout/gate.ts";
import { planPower } from "../../src/rollout/power-plan.ts";
import { gateOf } from "./gate-fixture.ts";
import { drawSample, rehearse, rolloutOf, type Truth } from "./rollout-fixture.ts";

/** A ramp whose gates can see 20 % within a step, by the power planner. */
const ratePerSecond = 800;
const ramp = rolloutOf({
  steps: [
    { new: "25%", hold: "40s" },
    { new: "50%", hold: "40s" },
  ],
  gates: [
    { metric: "responseTime.p99", vs: "old", maxRatio: 1.07, detectRatio: 1.2, inconclusiveLimit: 3 },
    { metric: "responseTime.shift", vs: "old", maxRatio: 1.08, inconclusiveLimit: 3 },
    { metric: "errorRate", vs: "old", maxRatio: 2, inconclusiveLimit: 3 },
  ],
});

function outcomes(truth: Truth, runs: number) {
  const phases = Array.from({ length: runs }, (_, index) => {
    const world = {
      ratePerSecond,
      windowMs: 20_000,
      old: { errorShare: 0.005 },
      new: () => truth,
      seed: index,
    };
    return rehearse(ramp, world, 400_000, { isOver: ({ phase }) => phase !== "step" }).state.phase;
  });
  const share = (phase: string) => phases.filter((found) => found === phase).length / runs;
  return { rolledBack: share("rolled back"), passed: share("ended below 100 %"), paused: share("paused") };
}

describe("one measurement at the limit itself", { timeout: 120_000 }, () => {
  const uniform = randomStream(5, "limit");
  test.each(["responseTime.p99", "responseTime.shift", "responseTime.mean", "errorRate"])(
    "fails about 1 time in 40 on %s, as its interval of 95 % says",
    (metric) => {
      const gate = gateOf({ metric, vs: "old", maxRatio: 1 });
      const draw = () => ({
        batches: [],
        whole: drawSample({ errorShare: 0.02 }, { count: 2000, durationMs: 1000, uniform }),
      });
      const states = Array.from(
        { length: 400 },
        () => judgeSamples(gate, { old: draw(), new: draw() }).state,
      );
      const failed = states.filter((state) => state === "FAIL").length / states.length;
      expect(failed).toBeGreaterThan(0.002);
      expect(failed).toBeLessThan(0.05);
    },
  );
});

describe("over many seeds", { timeout: 120_000 }, () => {
  test("the planner says that the steps can decide", () => {
    const powers = planPower(ramp, { ratePerSecond, logSpread: 0.66, errorRate: 0.005 });
    expect(powers.filter(({ isRefused }) => isRefused)).toEqual([]);
  });

  test("fewer than 1 in 100 ramps of equal versions are rolled back", () => {
    const found = outcomes({ errorShare: 0.005 }, 200);
    expect(found.rolledBack).toBeLessThan(0.01);
    expect(found.passed).toBeGreaterThan(0.8);
  });

  test("a version 20 % slower is rolled back at least 95 times in 100", () => {
    const found = outcomes({ errorShare: 0.005, factor: 1.2 }, 200);
    expect(found.rolledBack).toBeGreaterThanOrEqual(0.95);
    expect(found.passed).toBe(0);
  });

  test("a version whose slowest 5 % alone are 20 % slower is rolled back at least 95 times in 100", () => {
    const found = outcomes({ errorShare: 0.005, tailFactor: 1.2 }, 200);
    expect(found.rolledBack).toBeGreaterThanOrEqual(0.95);
    expect(found.passed).toBeLessThan(0.01);
  });
});
