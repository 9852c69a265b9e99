import fc from "fast-check";
import { expect, test } from "vitest";
import { DueHeap } from "../../../src/measure/engines/pacing/due-heap.ts";

test("things come out in the order of their due times", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (times) => {
      const heap = new DueHeap<{ readonly dueMs: number }>();
      for (const dueMs of times) heap.add({ dueMs });
      const taken: number[] = [];
      for (let item = heap.takeFirst(); item !== undefined; item = heap.takeFirst()) taken.push(item.dueMs);
      expect(taken).toHaveLength(times.length);
      for (const [index, dueMs] of taken.entries())
        expect(dueMs >= (taken[index - 1] ?? Number.NEGATIVE_INFINITY)).toBe(true);
    }),
  );
});
