import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admitCall, type BreakerState, bookCall, closedBreaker } from "../../src/rollout/breaker.ts";

const plan = {
  consecutiveFailures: 5,
  failureShare: 0.5,
  minVolume: 20,
  windowMs: 10_000,
  openForMs: 30_000,
  trials: 3,
};

/** Admits and books one call after another; `.` succeeds, `x` fails. Gives a letter for each: what became of it. */
function play(state: BreakerState, calls: string, { startMs = 0, gapMs = 10 } = {}) {
  let current = state;
  let trace = "";
  const changes: string[] = [];
  for (const [index, call] of [...calls].entries()) {
    const atMs = startMs + index * gapMs;
    const admitted = admitCall(plan, current, atMs);
    current = admitted.state;
    if (!admitted.isAdmitted) {
      trace += "-";
      continue;
    }
    const booked = bookCall(plan, current, { atMs, isOk: call === ".", epoch: current.epoch });
    current = booked.state;
    trace += call;
    if (booked.change !== undefined) changes.push(`${booked.change.to}: ${booked.change.sentence}`);
  }
  return { state: current, trace, changes };
}

describe("a breaker", () => {
  test("opens at failures in a row", () => {
    const { trace, changes } = play(closedBreaker, "..xxxx.xxxxx....");
    expect(trace).toBe("..xxxx.xxxxx----");
    expect(changes).toEqual(["open: 5 calls of new failed in a row"]);
  });

  test("does not open at the first failing call", () => {
    expect(play(closedBreaker, "x.x.x.").changes).toEqual([]);
  });

  test("opens at a share of failures above its limit, once there are enough calls", () => {
    const { trace, changes } = play(closedBreaker, "xxx.xxx.xxx.xxx.xxx.xxx.");
    expect(changes).toEqual(["open: 16 of the last 21 calls of new failed"]);
    expect(trace).toBe("xxx.xxx.xxx.xxx.xxx.x---");
  });

  test("forgets what left its window", () => {
    const first = play(closedBreaker, "xxx.xxx.xxx.xxx.", { gapMs: 10 });
    const later = play(first.state, "xxx.xxx.xxx.xxx.", { startMs: 20_000 });
    expect(later.changes).toEqual([]);
    expect(later.state.slices.length).toBeLessThanOrEqual(11);
  });

  test("lets only its trials through when its time is over, and closes when all succeed", () => {
    const open = play(closedBreaker, "xxxxx").state;
    expect(play(open, ".", { startMs: 29_000 }).trace).toBe("-");
    let state = open;
    const admitted = Array.from({ length: 6 }, () => {
      const result = admitCall(plan, state, 31_000);
      state = result.state;
      return result.isAdmitted;
    });
    expect(admitted).toEqual([true, true, true, false, false, false]);
    const again = play(open, "......", { startMs: 31_000 });
    expect(again.changes).toEqual(["closed: 3 trial requests to new succeeded"]);
    expect(again.trace).toBe("......");
  });

  test("opens again at one failed trial", () => {
    const open = play(closedBreaker, "xxxxx").state;
    const again = play(open, "..x...", { startMs: 31_000 });
    expect(again.trace).toBe("..x---");
    expect(again.changes).toEqual(["open: a trial request to new failed"]);
  });

  test("is not moved by late answers of calls it let through before it opened", () => {
    const open = play(closedBreaker, "xxxxx").state;
    const trial = admitCall(plan, open, 31_000).state;
    const late = bookCall(plan, trial, { atMs: 31_001, isOk: false, epoch: 0 });
    expect(late).toEqual({ state: trial, change: undefined });
  });

  test("never lets more calls through than its trials while it is not closed, and keeps bounded memory", () => {
    const steps = fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 40_000 }), isOk: fc.boolean() }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (given) => {
        let state = closedBreaker;
        let atMs = 0;
        let admittedWhileNotClosed = 0;
        for (const { gapMs, isOk } of given) {
          atMs += gapMs;
          const admitted = admitCall(plan, state, atMs);
          state = admitted.state;
          if (state.phase === "closed") admittedWhileNotClosed = 0;
          if (!admitted.isAdmitted) continue;
          if (state.phase !== "closed") admittedWhileNotClosed++;
          expect(admittedWhileNotClosed).toBeLessThanOrEqual(plan.trials);
          const { epoch } = state;
          state = bookCall(plan, state, { atMs, isOk, epoch }).state;
          if (state.phase === "open") admittedWhileNotClosed = 0;
          expect(state.slices.length).toBeLessThanOrEqual(11);
        }
      }),
    );
  });
});
