import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import { planText, problemsOf } from "../scenario/scenario-text.ts";

/** The problems of a scenario with this rollout (and compare) section, as a person reads them. */
function problemsIn(sections: string): readonly string[] {
  const text = `name: rules\nworkload: { ratePerSecond: 10 }\n${sections}\n`;
  return problemsOf(text);
}

const gate = (written: string) => `rollout: { gates: [ { ${written} } ] }`;

describe("a rollout that contradicts itself is refused at its place", () => {
  test.each([
    [gate("metric: responseTime.p99, max: 1%"), "expected a duration such as 200ms"],
    [gate("metric: responseTime.p99, maxRatio: 1.1"), "maxRatio and minRatio need `vs`"],
    [gate("metric: responseTime.p99, vs: new, maxRatio: 1.1"), "compares new with itself"],
    [gate("metric: responseTime.p99"), "sets no limit"],
    [gate("metric: responseTime.shift, vs: old, max: 10ms"), "responseTime.shift compares two versions"],
    [gate("metric: errorRate, vs: old, maxRatio: 2, detectRatio: 1.5"), "must be above maxRatio"],
    [gate("metric: errorRate, max: 1%, confidence: 100%"), "must be below 100 %"],
    [
      "rollout: { steps: [ { new: 50%, hold: 10s }, { new: 10%, hold: 10s } ] }",
      "s.yaml:3:53 rollout.steps.1.new: is lower than the step before",
    ],
    [
      "rollout: { steps: [ { new: 50%, hold: 10s } ], gates: [ { metric: errorRate, max: 1%, initialDelay: 10s } ] }",
      "leaves nothing of step 1 to judge",
    ],
    [
      "rollout: { steps: [ { new: 50%, hold: 10s, headerRoute: { header: 'a b', equals: '1' } } ] }",
      "is not a header name",
    ],
    ["compare: { ignore: [ timestamp ] }", "must be a JSON path such as $.timestamp"],
    ["compare: { tolerance: { total: 1% } }", "must be a JSON path such as $.timestamp"],
  ])("%s", (sections, expected) => {
    expect(problemsIn(sections).join("\n")).toContain(expected);
  });
});

test("a ramp is planned with plain numbers, and its gates are the run's", () => {
  const plan = planText(`name: rules
workload: { ratePerSecond: 10 }
rollout:
  steps: [ { new: 0, mirror: 100%, hold: 5s }, { new: 10%, hold: 1m, headerRoute: { header: X-Beta, equals: "1" } } ]
  gates: [ { metric: responseTime.p99, vs: old, max: 0.2s, maxRatio: 1.1, interval: 10s } ]
  guard: {}
  breaker: {}
`);
  expect(plan.rollout).toMatchObject({
    steps: [
      { newShare: 0, mirrorShare: 1, holdMs: 5000 },
      { newShare: 0.1, mirrorShare: 0, holdMs: 60_000, headerRoute: { header: "x-beta", equals: "1" } },
    ],
    guard: { maxErrorRate: 0.5, minSamples: 10, badSeconds: 2 },
    onFail: "rollback",
    drainMs: 30_000,
  });
  expect(plan.gates).toEqual(plan.rollout?.gates);
  expect(plan.gates[0]).toMatchObject({
    name: "new: responseTime.p99 ≤ 200 ms and ≤ 1.1 × old",
    max: 200,
    maxRatio: 1.1,
    ratioConfidence: 0.95,
    valueConfidence: 0,
    intervalMs: 10_000,
  });
  expect(plan.breaker).toMatchObject({ consecutiveFailures: 5, openForMs: 30_000, trials: 3 });
});

test("a scenario without steps has no ramp", () => {
  const parsed = parseScenario("name: rules\nworkload: { ratePerSecond: 10 }\n", { file: "f.yaml" });
  expect(parsed.ok && planScenario(parsed.scenario).rollout).toBeUndefined();
});
