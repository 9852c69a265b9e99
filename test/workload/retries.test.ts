import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { RetryPlan } from "../../src/scenario/retry-plan.ts";
import {
  isFailedAnswer,
  noRetry,
  pauseBeforeMs,
  RetryBudget,
  RetryRule,
} from "../../src/workload/retries.ts";

const usual: RetryPlan = {
  times: 5,
  methods: ["GET"],
  attemptTimeoutMs: undefined,
  backoffMs: 100,
  maxBackoffMs: 500,
  jitter: "none",
  budget: undefined,
};

test("pauses double from one retry to the next, up to the longest", () => {
  const pauses = [1, 2, 3, 4, 5].map((retry) => pauseBeforeMs(usual, retry, () => 1));
  expect(pauses).toEqual([100, 200, 400, 500, 500]);
});

test("with full jitter a pause lies anywhere below that, half of it on average", () => {
  const uniform = randomStream(3, "retries");
  const plan = { ...usual, jitter: "full" } as const;
  const pauses = Array.from({ length: 20_000 }, () => pauseBeforeMs(plan, 2, uniform));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(200);
  const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
  // Uniform on (0, 200]: standard error 57.7 / √20,000 = 0.41, five of which are 2.
  expect(Math.abs(mean - 100)).toBeLessThan(2);
});

test("a budget never lets through more than its burst and its share of the requests", () => {
  const calls = fc.array(fc.boolean(), { maxLength: 400 });
  fc.assert(
    fc.property(
      calls,
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 20 }),
      (asks, percent, burst) => {
        const share = percent / 100;
        const budget = new RetryBudget({ share, burst });
        let requests = 0;
        let retries = 0;
        for (const isRequest of asks) {
          if (isRequest) {
            requests++;
            budget.earn();
          } else if (budget.take()) retries++;
          expect(retries).toBeLessThanOrEqual(burst + share * requests + 1e-6);
        }
      },
    ),
  );
});

test("when everything is tried again, the long run's share is the budget's", () => {
  const budget = new RetryBudget({ share: 0.2, burst: 10 });
  let retries = 0;
  for (let request = 0; request < 1000; request++) {
    budget.earn();
    if (budget.take()) retries++;
  }
  // 10 at first, though what the first requests earn beyond the burst is lost, then one in five.
  expect(retries).toBeGreaterThanOrEqual(205);
  expect(retries).toBeLessThanOrEqual(210);
});

test("the burst is dealt to those who share a load, to the last retry", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), (burst, of) => {
      const taken = Array.from({ length: of }, (_, driver) => {
        const budget = new RetryBudget({ share: 0, burst }, { driver, of });
        let retries = 0;
        while (budget.take()) retries++;
        return retries;
      });
      expect(taken.reduce((sum, retries) => sum + retries, 0)).toBe(burst);
      expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(1);
    }),
  );
});

test("who is dealt none of the burst saves up for one retry", () => {
  const budget = new RetryBudget({ share: 0.5, burst: 1 }, { driver: 1, of: 2 });
  expect(budget.take()).toBe(false);
  for (let request = 0; request < 5; request++) budget.earn();
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

test.each([
  [200, false],
  [304, false],
  [404, false],
  [429, false],
  [499, false],
  [500, true],
  [503, true],
  [599, true],
])("an answer of %d is a failed attempt: %s", (status, expected) => {
  expect(isFailedAnswer(status)).toBe(expected);
});

test.each<[what: string, endpoint: number, made: number, hasRoom: boolean, expected: number]>([
  ["its method may be asked again", 0, 0, true, 100],
  ["it was asked again before", 0, 2, true, 400],
  ["its method may not be asked again", 1, 0, true, noRetry.notThisMethod],
  ["no retry is left", 0, 5, true, noRetry.exhausted],
  ["nobody can keep it meanwhile", 0, 0, false, noRetry.overBudget],
])("a failed attempt is followed by a pause, or by none: %s", (_what, endpoint, made, hasRoom, expected) => {
  const rule = new RetryRule(usual, {
    endpoints: [{ method: "GET" }, { method: "POST" }],
    uniform: () => 1,
    budget: new RetryBudget(undefined),
  });
  expect(rule.pauseAfterMs(endpoint, made, hasRoom)).toBe(expected);
});

test("only a retry that is made is paid for", () => {
  const rule = new RetryRule(usual, {
    endpoints: [{ method: "GET" }, { method: "POST" }],
    uniform: () => 1,
    budget: new RetryBudget({ share: 1, burst: 1 }),
  });
  expect(rule.pauseAfterMs(1, 0, true)).toBe(noRetry.notThisMethod);
  expect(rule.pauseAfterMs(0, 5, true)).toBe(noRetry.exhausted);
  expect(rule.pauseAfterMs(0, 0, false)).toBe(noRetry.overBudget);
  expect(rule.pauseAfterMs(0, 0, true)).toBe(100);
  expect(rule.pauseAfterMs(0, 0, true)).toBe(noRetry.overBudget);
  rule.earn();
  expect(rule.pauseAfterMs(0, 1, true)).toBe(200);
});
