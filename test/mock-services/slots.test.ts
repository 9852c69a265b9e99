import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BoundedQueue } from "../../mock-services/bounded-queue.ts";
import { DeadlineHeap } from "../../mock-services/deadline-heap.ts";
import { Slots } from "../../mock-services/slots.ts";

describe("a bounded queue", () => {
  test("behaves like an array that refuses what is too much", () => {
    const steps = fc.array(fc.oneof(fc.constant("shift" as const), fc.integer()), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20 }), (taken, bound) => {
        const queue = new BoundedQueue<number>(bound);
        const model: number[] = [];
        for (const step of taken) {
          if (step === "shift") expect(queue.shift()).toBe(model.shift());
          else {
            const fits = model.length < bound;
            expect(queue.push(step)).toBe(fits);
            if (fits) model.push(step);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});

describe("a heap of deadlines", () => {
  test("gives callbacks in order of their moment, equal moments in the order they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 100 }), (moments) => {
        const heap = new DeadlineHeap();
        const called: string[] = [];
        for (const [index, atMs] of moments.entries()) heap.push(atMs, () => called.push(`${atMs}#${index}`));
        for (let next = heap.popUntil(9); next !== undefined; next = heap.popUntil(9)) next();
        const expected = moments
          .map((atMs, index) => ({ atMs, index }))
          .toSorted((left, right) => left.atMs - right.atMs || left.index - right.index)
          .map(({ atMs, index }) => `${atMs}#${index}`);
        expect(called).toEqual(expected);
        expect(heap.size).toBe(0);
      }),
    );
  });

  test("keeps what is not due", () => {
    const heap = new DeadlineHeap();
    heap.push(5, () => undefined);
    expect(heap.popUntil(4.999)).toBeUndefined();
    expect(heap.nextMs).toBe(5);
  });
});

describe("slots", () => {
  test("work on as many as there are, line up as many as may wait, and refuse the rest", () => {
    const slots = new Slots(2, 3);
    const admissions = Array.from({ length: 7 }, () => slots.enter(() => undefined));
    expect(admissions).toEqual(["started", "started", "queued", "queued", "queued", "refused", "refused"]);
    expect([slots.busy, slots.waiting]).toEqual([2, 3]);
  });

  test("serve first come first", () => {
    const slots = new Slots(1, 10);
    const order: number[] = [];
    for (let index = 0; index < 5; index++) slots.enter(() => order.push(index));
    for (let index = 0; index < 5; index++) slots.leave();
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect([slots.busy, slots.waiting]).toEqual([0, 0]);
  });

  test("let a hundred thousand in that leave at once, without running out of stack", () => {
    const slots = new Slots(1, 100_000);
    let served = 0;
    slots.enter(() => undefined);
    for (let index = 0; index < 100_000; index++) {
      slots.enter(() => {
        served++;
        slots.leave();
      });
    }
    slots.leave();
    expect(served).toBe(100_000);
    expect([slots.busy, slots.waiting]).toEqual([0, 0]);
  });

  test("never work on more than there are, nor lose anybody, whatever the order of comings and goings", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 200 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, count) => {
          const slots = new Slots(count, 10);
          let started = 0;
          let finished = 0;
          let admitted = 0;
          for (const comes of steps) {
            if (comes) admitted += slots.enter(() => started++) === "refused" ? 0 : 1;
            else if (slots.busy > 0) {
              finished++;
              slots.leave();
            }
            expect(slots.busy).toBe(started - finished);
            expect(slots.busy).toBeLessThanOrEqual(count);
            expect(started + slots.waiting).toBe(admitted);
            expect(slots.waiting === 0 || slots.busy === count).toBe(true);
          }
        },
      ),
    );
  });
});
