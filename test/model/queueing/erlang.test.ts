import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erlangB, erlangC, serversForBlocking, smallestWhole } from "../../../src/model/queueing/erlang.ts";
import { near } from "./near.ts";

/** The textbook recursion, term by term. */
function erlangBByRecursion(servers: number, erlangs: number): number {
  let blocking = 1;
  for (let count = 1; count <= servers; count++)
    blocking = (erlangs * blocking) / (count + erlangs * blocking);
  return blocking;
}

describe("Erlang", () => {
  test("agrees with the textbook recursion everywhere", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.01, max: 3000, noNaN: true }),
        (servers, erlangs) => {
          const expected = erlangBByRecursion(servers, erlangs);
          if (expected > 1e-280) near(erlangB(servers, erlangs), expected, 1e-11);
        },
      ),
    );
  });

  test("stays right to nine digits at a million servers", () => {
    near(erlangB(1_000_000, 999_000), erlangBByRecursion(1_000_000, 999_000), 1e-9);
    near(erlangB(100_000, 100_500), erlangBByRecursion(100_000, 100_500), 1e-9);
  });

  test("is 0 and not NaN where nobody is ever turned away", () => {
    expect(erlangB(5, 0)).toBe(0);
    expect(erlangB(0, 3)).toBe(1);
    expect(erlangB(1_000_000, 1000)).toBe(0);
    expect(erlangC(1_000_000, 1000)).toBe(0);
  });

  test("finds the fewest servers for a share turned away", () => {
    const servers = serversForBlocking(10, 0.01);
    expect(erlangB(servers, 10)).toBeLessThanOrEqual(0.01);
    expect(erlangB(servers - 1, 10)).toBeGreaterThan(0.01);
  });

  test("searches for the smallest number that holds", () => {
    expect([1, 7, 1000].map((limit) => smallestWhole(1, (count) => count >= limit))).toEqual([1, 7, 1000]);
    expect(smallestWhole(1, () => false)).toBe(Number.POSITIVE_INFINITY);
  });
});
