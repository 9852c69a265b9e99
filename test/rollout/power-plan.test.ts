import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { planPower, refuseUndecidable } from "../../src/rollout/power-plan.ts";
import { rolloutOf } from "./rollout-fixture.ts";

const question = { ratePerSecond: 1000, logSpread: 0.66, errorRate: 0.001 };
const p99 = { metric: "responseTime.p99", vs: "old", maxRatio: 1.1, detectRatio: 1.2 };
const stepsOf = (hold: string) => [
  { new: "10%", hold },
  { new: "50%", hold },
  { new: "100%", hold },
];

function powersOf(gate: Record<string, unknown>, hold: string) {
  return planPower(rolloutOf({ steps: stepsOf(hold), gates: [gate] }), question);
}

describe("a ramp is asked whether it can decide", () => {
  test("in each step in which both versions answer", () => {
    expect(
      powersOf(p99, "60s").map(({ stepIndex, requests }) => [stepIndex, requests.new, requests.old]),
    ).toEqual([
      [0, 6000, 54_000],
      [1, 30_000, 30_000],
    ]);
  });

  test("and says how long it would have to hold", () => {
    const [first, second] = powersOf(p99, "60s");
    expect(first?.isDecidable).toBe(false);
    expect(first?.sentence).toMatch(
      /^step 1, new: responseTime.p99 ≤ 1.1 × old: 6,000 requests of new and 54,000 of old \(taken for independent\) tell a ratio of 1.2 from the limit with a probability of only \d+(\.\d+)? %; a measurement of 69\.9 s would reach 80 %$/,
    );
    expect(second?.isDecidable).toBe(true);
  });

  test("holding as long as told decides", () => {
    const needed = powersOf(p99, "60s")[0]?.neededMs ?? 0;
    expect(powersOf(p99, `${Math.ceil(needed)}ms`)[0]?.isDecidable).toBe(true);
    expect(powersOf(p99, `${Math.floor(needed * 0.97)}ms`)[0]?.isDecidable).toBe(false);
  });

  test("by its interval where it has one, and without its initial delay", () => {
    expect(powersOf({ ...p99, interval: "5s" }, "60s")[0]?.requests.new).toBe(500);
    expect(powersOf({ ...p99, initialDelay: "20s" }, "60s")[0]?.requests.new).toBe(4000);
  });

  test("about errors too", () => {
    const gate = { metric: "errorRate", vs: "old", maxRatio: 1.5, detectRatio: 3 };
    expect(powersOf(gate, "10s")[0]?.isDecidable).toBe(false);
    expect(powersOf(gate, "10m")[0]?.isDecidable).toBe(true);
  });

  test("and is refused where it can't see what it states", () => {
    expect(() => refuseUndecidable(powersOf(p99, "60s"))).toThrow(UserError);
    expect(() => refuseUndecidable(powersOf(p99, "60s"))).toThrow("step 1, new: responseTime.p99");
    expect(() => refuseUndecidable(powersOf(p99, "5m"))).not.toThrow();
    expect(() => refuseUndecidable(powersOf({ ...p99, detectRatio: undefined }, "60s"))).not.toThrow();
  });
});
