import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketBoundsSeconds, DurationBuckets } from "../../src/telemetry/duration-buckets.ts";

test.each([
  [0, 0],
  [5, 0],
  [5.001, 1],
  [10, 1],
  [99, 5],
  [100, 5],
  [1000, 9],
  [10_000, 13],
  [10_001, 14],
  [3_600_000, 14],
])("%d ms belong in bucket %d: its bound is the last that is in it", (ms, bucket) => {
  const buckets = new DurationBuckets();
  buckets.record(ms);
  expect(buckets.counts.indexOf(1)).toBe(bucket);
  expect(buckets.total).toBe(1);
});

const duration = fc.double({ min: 0, max: 20_000, noNaN: true });

test("counted durations fall where single ones do, and none is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(duration, fc.integer({ min: 1, max: 50 }))), (counted) => {
      const together = new DurationBuckets();
      together.add({ ms: counted.map(([ms]) => ms), counts: counted.map(([, times]) => times) });
      const singly = new DurationBuckets();
      for (const [ms, times] of counted) for (let i = 0; i < times; i++) singly.record(ms);
      expect([...together.counts]).toEqual([...singly.counts]);
      expect(together.sumSeconds).toBeCloseTo(singly.sumSeconds, 6);
      expect(together.total).toBe(counted.reduce((sum, [, times]) => sum + times, 0));
    }),
  );
});

test("there is one bucket more than bounds, and the bounds ascend", () => {
  expect(new DurationBuckets().counts.length).toBe(bucketBoundsSeconds.length + 1);
  expect(bucketBoundsSeconds.toSorted((left, right) => left - right)).toEqual([...bucketBoundsSeconds]);
});
