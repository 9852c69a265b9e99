import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DriftBook } from "../../../src/compare/divergence/drift-book.ts";
import { KnownDrifts } from "../../../src/compare/divergence/known-drifts.ts";
import type { RowDifference } from "../../../src/compare/divergence/row.ts";

function stale(key: string, pair = "a b"): RowDifference {
  return { key, kind: "stale", pair };
}

describe("a book of drifts", () => {
  test("confirms a difference that stays, once", () => {
    const book = new DriftBook(1000);
    expect(book.check(0, [stale("1")])).toEqual([]);
    expect(book.check(500, [stale("1")])).toEqual([]);
    expect(book.check(1000, [stale("1")])).toMatchObject([{ key: "1", sinceMs: 0, confirmedMs: 1000 }]);
    expect(book.check(1500, [stale("1")])).toEqual([]);
    expect(book.confirmed).toBe(1);
    expect(book.oldestMs).toBe(1500);
  });

  test("takes a row that is written again and again for what it is: under way", () => {
    const book = new DriftBook(1000);
    for (let atMs = 0; atMs < 10_000; atMs += 500) {
      expect(book.check(atMs, [stale("1", `state ${atMs}`)])).toEqual([]);
    }
    expect(book.confirmed).toBe(0);
  });

  test("forgets a difference that a check doesn't find any more", () => {
    const book = new DriftBook(1000);
    book.check(0, [stale("1")]);
    book.check(500, []);
    book.check(600, [stale("1")]);
    expect(book.check(1100, [stale("1")])).toEqual([]);
    expect(book.check(1600, [stale("1")])).toHaveLength(1);
  });

  test("keeps a confirmed row confirmed while its two sides go on changing apart", () => {
    const book = new DriftBook(1000);
    book.check(0, [stale("1")]);
    book.check(1000, [stale("1")]);
    book.check(1500, [stale("1", "c d")]);
    expect(book.open).toMatchObject([{ key: "1", sinceMs: 0, confirmedMs: 1000 }]);
    expect(book.confirmed).toBe(1);
  });
});

describe("a checker held to drifts that are known", () => {
  test("has found all that stay, and each within the settling time and two checks", () => {
    const drift = fc.record({
      key: fc.integer({ min: 1, max: 50 }),
      atMs: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(drift, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 100, max: 900 }),
        (drifts, everyMs) => {
          const settleMs = 1000;
          const book = new DriftBook(settleMs);
          const known = new KnownDrifts();
          for (const { key, atMs } of drifts) known.add({ key: String(key), atMs });
          for (let atMs = 0; atMs < 25_000; atMs += everyMs) {
            const keys = new Set(drifts.filter((each) => each.atMs <= atMs).map(({ key }) => String(key)));
            book.check(
              atMs,
              [...keys].map((key) => stale(key)),
            );
            for (const { key, confirmedMs } of book.open)
              if (confirmedMs !== undefined) known.found(key, atMs);
          }
          const summary = known.summary();
          expect(summary?.recall).toBe(1);
          expect(summary?.found).toBe(drifts.length);
          expect(summary?.detectionMs.max).toBeLessThanOrEqual(settleMs + 2 * everyMs);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("has missed what stayed and was not named", () => {
    const known = new KnownDrifts();
    known.add({ key: "1", atMs: 0 });
    known.add({ key: "2", atMs: 0 });
    known.found("1", 1500);
    expect(known.summary()).toEqual({
      made: 2,
      healed: 0,
      found: 1,
      recall: 0.5,
      detectionMs: { p50: 1500, max: 1500 },
    });
  });

  test("is not blamed for what a later write mended first", () => {
    const known = new KnownDrifts();
    known.add({ key: "1", atMs: 100 });
    known.add({ key: "2", atMs: 100 });
    known.healed("1", 400);
    known.found("2", 1400);
    expect(known.openKeys).toEqual([]);
    expect(known.summary()).toMatchObject({ made: 2, healed: 1, found: 1, recall: 1 });
  });

  test("finds nothing before it was made", () => {
    const known = new KnownDrifts();
    known.add({ key: "1", atMs: 1000 });
    known.found("1", 900);
    known.healed("1", 900);
    expect(known.openKeys).toEqual(["1"]);
  });

  test("has no recall where nothing was made", () => {
    expect(new KnownDrifts().summary()).toBeUndefined();
  });
});
