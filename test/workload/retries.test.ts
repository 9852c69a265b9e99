import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { RetryPlan } from "../../src/scenario/retry-plan.ts";
import { pauseBeforeMs, RetryBudget } from "../../src/workload/retries.ts";

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
