import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Breaker, type BreakerPlan } from "../../src/splitter/breaker.ts";

const plan: BreakerPlan = {
  windowMs: 1000,
  failureShare: 0.5,
  minRequests: 10,
  openMs: 500,
  trialRequests: 3,
};

/** Steps: `+` a success, `-` a failure, `?` asks, a number lets time pass. Gives the states after each change. */
function check(steps: readonly (string | number)[], expected: readonly string[]): void {
  const changes: string[] = [];
  const breaker = new Breaker(plan, (state) => changes.push(state));
  let nowMs = 0;
  for (const step of steps) {
    if (typeof step === "number") nowMs += step;
    else
      for (const letter of step) {
        if (letter === "?") changes.push(breaker.admits(nowMs) ? "in" : "out");
        else breaker.record(nowMs, letter === "-");
      }
  }
  expect(changes).toEqual(expected);
}

describe("a breaker", () => {
  it("stays closed below its minimum volume, whatever fails", () => check(["---------?"], ["in"]));
  it("opens at its share of at least its volume", () => check(["+++++----", "-?"], ["open", "out"]));
  it("stays closed below its share", () => check(["++++++----?"], ["in"]));
  it("forgets what lies before its window", () => check(["-----", 1100, "-----?"], ["in"]));
  it("forgets piece by piece", () => check(["-----", 900, "-----"], ["open"]));
  it("lets as many trials through as planned once its time is over", () =>
    check(["----------", 499, "?", 1, "????"], ["open", "out", "half-open", "in", "in", "in", "out"]));
  it("closes when all trials pass, and starts anew", () =>
    check(
      ["----------", 500, "???", "+++", "---------?"],
      ["open", "half-open", "in", "in", "in", "closed", "in"],
    ));
  it("opens again when one trial fails", () =>
    check(
      ["----------", 500, "??", "+-", "?", 500, "?"],
      ["open", "half-open", "in", "in", "open", "out", "half-open", "in"],
    ));
  it("ignores what was sent before it opened", () =>
    check(["----------", "+++++", 400, "?"], ["open", "out"]));
  it("gives the places of trials that never end out again", () =>
    check(["----------", 500, "????", 500, "?"], ["open", "half-open", "in", "in", "in", "out", "in"]));

  it("never lets more than its trials through between two judgements", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("?", "+", "-", "wait"), { maxLength: 300 }), (steps) => {
        const breaker = new Breaker(plan, () => {
          admitted = 0;
        });
        let admitted = 0;
        let nowMs = 0;
        for (const step of steps) {
          if (step === "wait") {
            nowMs += 40;
            if (nowMs % 520 === 0) admitted = 0;
          } else if (step === "?") {
            if (breaker.admits(nowMs) && breaker.state === "half-open") admitted++;
            expect(breaker.state === "open" && admitted > 0).toBe(false);
          } else breaker.record(nowMs, step === "-");
        }
        expect(admitted).toBeLessThanOrEqual(plan.trialRequests * 2);
      }),
    );
  });
});
