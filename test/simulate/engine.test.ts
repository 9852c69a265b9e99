import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Balancer } from "../../src/simulate/engine/balancer.ts";
import {
  addDurations,
  durationQuantile,
  emptyDurations,
  recordDuration,
  toHistogram,
} from "../../src/simulate/engine/duration-counts.ts";
import { EventHeap } from "../../src/simulate/engine/event-heap.ts";
import { RequestTable } from "../../src/simulate/engine/request-table.ts";
import { TimerRing } from "../../src/simulate/engine/timer-ring.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

describe("the event heap", () => {
  test("gives events in the order of time, and of one moment in the order of pushing", () => {
    const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3000 });
    fc.assert(
      fc.property(times, (atMs) => {
        const heap = new EventHeap();
        for (const [index, time] of atMs.entries()) heap.push(time, index);
        const seen: { time: number; index: number }[] = [];
        while (heap.size > 0) {
          const time = heap.nextMs;
          seen.push({ time, index: heap.pop() });
        }
        const expected = atMs
          .map((time, index) => ({ time, index }))
          .toSorted((left, right) => left.time - right.time || left.index - right.index);
        expect(seen).toEqual(expected);
        expect(heap.nextMs).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 50 },
    );
  });

  test("keeps its order while events are pushed between pops", () => {
    const heap = new EventHeap();
    let last = 0;
    for (let step = 0; step < 200; step++) heap.push((step * 7919) % 1000, step);
    for (let step = 0; step < 20_000; step++) {
      const nowMs = heap.nextMs;
      expect(nowMs).toBeGreaterThanOrEqual(last);
      last = nowMs;
      heap.push(nowMs + ((step * 104_729) % 997), heap.pop());
    }
    expect(heap.size).toBe(200);
  });
});

test("the timer ring gives timers back in the order of their beginning, however many there are", () => {
  const ring = new TimerRing();
  let next = 0;
  for (let round = 0; round < 3000; round++) {
    for (let more = 0; more < 3; more++) ring.push(3 * round + more, 3 * round + more, 7);
    expect([ring.nextMs, ring.handle, ring.serial]).toEqual([next, next, 7]);
    ring.drop();
    next++;
  }
});

test("a request's handle is used again with another serial", () => {
  const table = new RequestTable();
  const first = table.take();
  const serial = table.serial[first];
  table.free(first);
  expect(table.take()).toBe(first);
  expect(table.serial[first]).not.toBe(serial);
  const handles = Array.from({ length: 5000 }, () => table.take());
  expect(new Set(handles).size).toBe(5000);
  expect(table.size).toBe(5001);
});

describe("durations as plain counts", () => {
  const durations = fc.array(fc.double({ min: 0, max: 5e6, noNaN: true }), { minLength: 1, maxLength: 300 });

  test("fall into the very bins of the result's histogram", () => {
    fc.assert(
      fc.property(durations, (all) => {
        const counts = emptyDurations();
        const histogram = new DurationHistogram();
        for (const ms of all) {
          recordDuration(counts, ms);
          histogram.record(ms);
        }
        expect(toHistogram(counts).encode()).toBe(histogram.encode());
        for (const quantile of [0.5, 0.9, 0.99, 1]) {
          const exact = histogram.quantileMs(quantile);
          const ours = durationQuantile(counts, quantile);
          if (exact < 3_600_000) expect(Math.abs(ours - exact)).toBeLessThanOrEqual(0.001 + exact / 1000);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("merged in two parts are the same as recorded in one", () => {
    fc.assert(
      fc.property(durations, durations, (left, right) => {
        const [one, other, both] = [emptyDurations(), emptyDurations(), emptyDurations()];
        for (const ms of left) recordDuration(one, ms);
        for (const ms of right) recordDuration(other, ms);
        for (const ms of [...left, ...right]) recordDuration(both, ms);
        addDurations(one, other);
        expect(toHistogram(one).encode()).toBe(toHistogram(both).encode());
        expect([one.total, one.maxMs]).toEqual([both.total, both.maxMs]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a balancer", () => {
  const range = { first: 2, count: 4 };
  const draws =
    (...numbers: number[]) =>
    () =>
      numbers.shift() ?? 0.5;

  test.each([
    ["random", [0, 0, 9, 9, 9, 9], [0.1, 0.3, 1], [2, 3, 5]],
    ["roundRobin", [0, 0, 9, 0, 9, 0], [], [2, 3, 4]],
    ["leastConnections", [0, 0, 3, 1, 2, 1], [], [3, 3, 5]],
    ["powerOfTwo", [0, 0, 3, 1, 2, 0], [0.1, 0.1, 0.1, 0.9], [3, 5]],
  ] as const)("%s picks from its own servers by its rule", (policy, underWay, numbers, expected) => {
    const balancer = new Balancer(policy, range, draws(...numbers));
    const load = Int32Array.from(underWay);
    expect(expected.map(() => balancer.pick(load))).toEqual([...expected]);
  });
});
