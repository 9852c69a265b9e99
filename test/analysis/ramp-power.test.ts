import { describe, expect, test } from "vitest";
import { checkRampPower, rampPower } from "../../src/analysis/ramp-power.ts";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";

function rampOf(hold: string, gate: string): RunPlan {
  const text = `name: a
workload: { ratePerSecond: 200/s }
services: { old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } } } } }
rollout:
  steps: [{ new: 10%, hold: ${hold} }, { new: 50%, hold: ${hold} }]
  gates: [{ metric: responseTime.p99, of: new, vs: old, maxRatio: 1.1, ${gate} }]
`;
  const parsed = parseScenario(text, { file: "s.yaml" });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return planScenario(parsed.scenario);
}

describe("the power of a ramp", () => {
  test("grows with the time that its steps are held, and with the share of new", () => {
    const [short, shortHalf] = rampPower(rampOf("30s", "detectRatio: 1.2"));
    const [long] = rampPower(rampOf("10m", "detectRatio: 1.2"));
    expect(long?.power).toBeGreaterThan(short?.power ?? 1);
    expect(shortHalf?.power).toBeGreaterThan(short?.power ?? 1);
  });

  test("refuses a ramp that can't tell what its gate promises, and says how long it would take", () => {
    expect(() => checkRampPower(rampOf("30s", "detectRatio: 1.2"))).toThrow(
      /a measurement of .* would reach 80 %/,
    );
    expect(() => checkRampPower(rampOf("24h", "detectRatio: 1.2"))).not.toThrow();
  });

  test("lets a gate without a promise pass", () => {
    expect(() => checkRampPower(rampOf("30s", "minSamples: 1"))).not.toThrow();
  });
});
