import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { drawDown } from "../../src/rollout/controllers/equal-size.ts";
import { endedCount, type Sample } from "../../src/rollout/sample.ts";

function sampleOf(counts: { completed: number; failed: number; timedOut: number; notSent: number }): Sample {
  const total = counts.completed + counts.failed + counts.timedOut;
  const many = [Math.ceil(total / 2), Math.floor(total / 2)];
  return {
    counts: { ...counts, scheduled: total + counts.notSent, inFlight: 0 },
    responseTimes: { ms: [10, 20], counts: many, total },
    durationMs: 1000,
  };
}

test("a sample drawn down has as many requests as asked for, and none that were not there", () => {
  const few = fc.nat({ max: 50 });
  fc.assert(
    fc.property(
      few,
      few,
      few,
      few,
      fc.nat({ max: 120 }),
      fc.nat(),
      (completed, failed, timedOut, notSent, count, seed) => {
        const sample = sampleOf({ completed, failed, timedOut, notSent });
        const drawn = drawDown(sample, count, randomStream(seed, "draw"));
        expect(endedCount(drawn.counts)).toBe(Math.min(count, endedCount(sample.counts)));
        for (const key of ["completed", "failed", "timedOut", "notSent"] as const)
          expect(drawn.counts[key]).toBeLessThanOrEqual(sample.counts[key]);
        const { ms, counts, total } = drawn.responseTimes;
        expect(counts.reduce((sum, each) => sum + each, 0)).toBe(total);
        expect(ms.length).toBe(counts.length);
        expect(total).toBe(endedCount(drawn.counts) - drawn.counts.notSent);
      },
    ),
  );
});

test("every request is as likely to be kept as any other", () => {
  const sample = sampleOf({ completed: 90, failed: 10, timedOut: 0, notSent: 0 });
  const draws = 4000;
  let failed = 0;
  let slow = 0;
  for (let draw = 0; draw < draws; draw++) {
    const drawn = drawDown(sample, 20, randomStream(draw, "draw"));
    failed += drawn.counts.failed;
    slow += drawn.responseTimes.counts[drawn.responseTimes.ms.indexOf(20)] ?? 0;
  }
  // Hypergeometric: 2 of 20 with variance 1.45, 10 of 20 with variance 4.04; five standard errors.
  expect(Math.abs(failed / draws - 2)).toBeLessThan(5 * Math.sqrt(1.45 / draws));
  expect(Math.abs(slow / draws - 10)).toBeLessThan(5 * Math.sqrt(4.04 / draws));
});
