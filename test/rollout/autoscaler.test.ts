import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startAutoscaler, stepAutoscaler } from "../../src/rollout/autoscaler.ts";
import type { AutoscalerPlan } from "../../src/scenario/autoscaler-plan.ts";

const usual: AutoscalerPlan = {
  minReplicas: 1,
  maxReplicas: 50,
  metric: "cpu",
  targetUtilisation: 0.5,
  tolerance: 0.1,
  intervalMs: 15_000,
  metricLagMs: 0,
  startUpLagMs: 30_000,
  scaleDownStabilisationMs: 300_000,
};

/** Decisions every 15 s; each row says how many servers are ready and what they show. */
function check(
  from: number,
  rows: readonly (readonly [ready: number, utilisation: number])[],
  expected: readonly number[],
): void {
  let state = startAutoscaler(from, 0);
  const wanted = rows.map(([ready, utilisation], index) => {
    state = stepAutoscaler(usual, state, { atMs: (index + 1) * 15_000, ready, utilisation });
    return state.wanted;
  });
  expect(wanted).toEqual(expected);
}

describe("an autoscaler asks for ceil(current × value ÷ target)", () => {
  test("more servers at once: 4 × 90/50 is 7.2, so 8", () => check(4, [[4, 0.9]], [8]));
  test("a value that is met to the digit needs no further one: 5 × 60/50 is 6", () =>
    check(5, [[5, 0.6]], [6]));
  test("nothing within a tenth of the target, on either side", () =>
    check(
      4,
      [
        [4, 0.549],
        [4, 0.451],
      ],
      [4, 4],
    ));
  test("no more than twice as many within 15 s, or four more where that is more", () => {
    check(10, [[10, 2]], [20]);
    check(2, [[2, 2]], [6]);
  });
  test("servers that still start are taken to be idle: 3 of 6 at 90 % are 45 % of all, so nothing is done", () =>
    check(6, [[3, 0.9]], [6]));
  test("but when even so too much is asked of them, more are started: 4 of 6 at 98 % need 8", () =>
    check(6, [[4, 0.98]], [8]));
});

test("servers are taken away only when no decision of the last five minutes asked for them", () => {
  const calm = Array.from({ length: 21 }, () => [4, 0.2] as const);
  // The start at 0 asked for 4; 300 s later it is still within the window, 15 s after that it is not.
  check(4, calm, [...Array.from({ length: 20 }, () => 4), 2]);
});

test("one busy moment holds the servers for a window from then on", () => {
  const rows = Array.from({ length: 31 }, (_, index) => [4, index === 9 ? 0.5 : 0.2] as const);
  // Asked for 4 at 150 s: the first decision beyond 450 s, that at 465 s, lets go.
  check(4, rows, [...Array.from({ length: 30 }, () => 4), 2]);
});

test("the number never leaves its bounds, and grows no faster than its limit", () => {
  const rows = fc.array(fc.tuple(fc.nat(50), fc.double({ min: 0, max: 5, noNaN: true })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 50 }), rows, (from, seen) => {
      const plan = { ...usual, minReplicas: 2 };
      let state = startAutoscaler(from, 0);
      for (const [index, [ready, utilisation]] of seen.entries()) {
        const before = state.wanted;
        const view = { atMs: (index + 1) * 15_000, ready: Math.min(ready, before), utilisation };
        state = stepAutoscaler(plan, state, view);
        expect(state.wanted).toBeGreaterThanOrEqual(2);
        expect(state.wanted).toBeLessThanOrEqual(Math.min(50, Math.max(before * 2, before + 4)));
        expect(state.asked.length).toBeLessThanOrEqual(22);
      }
    }),
  );
});
