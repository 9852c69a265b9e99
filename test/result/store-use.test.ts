import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoreUseTally, sumOfUse, useSince } from "../../src/result/store-use.ts";
import { type StoreUse, type StoreUseDelta, storeUseSection } from "../../src/result/store-use-schema.ts";
import { mostBatches } from "../../src/result/traffic-schema.ts";

function useOf(requests: number): StoreUse {
  return {
    requests,
    cache: { lookups: 2 * requests, hits: requests },
    database: { reads: requests, writes: 1, ms: 3 * requests },
  };
}

function delta(second: number, requests: number, more: Partial<StoreUseDelta> = {}): StoreUseDelta {
  return {
    version: "old",
    fromMs: second * 1000,
    untilMs: (second + 1) * 1000,
    use: useOf(requests),
    ...more,
  };
}

function sectionOf(deltas: readonly StoreUseDelta[], hasWarmUp = true) {
  const tally = new StoreUseTally({ hasWarmUp });
  for (const each of deltas) tally.add(each);
  return tally.toSection();
}

describe("what was asked of the stores", () => {
  test("is nothing where nobody told", () => {
    expect(sectionOf([])).toBeUndefined();
  });

  test("holds none of the warm-up: a word that began in it is left out", () => {
    const straddling = delta(0, 7, { fromMs: -400, untilMs: 600 });
    const section = sectionOf([delta(-2, 9), straddling, delta(0.6, 5)]);
    expect(section?.versions).toEqual({ old: useOf(5) });
    expect(sectionOf([delta(-2, 9), straddling])).toBeUndefined();
  });

  test("without a warm-up holds the first word, though it began before the load", () => {
    expect(sectionOf([delta(0, 7, { fromMs: -400, untilMs: 600 })], false)?.versions).toEqual({
      old: useOf(7),
    });
  });

  test("is told by version; who asked nothing is absent", () => {
    const alone = sectionOf([delta(0, 3, { version: "new" })]);
    expect(Object.keys(alone?.versions ?? {})).toEqual(["new"]);
    const both = sectionOf([delta(0, 3, { version: "new" }), delta(0, 4)]);
    expect(both?.versions).toEqual({ old: useOf(4), new: useOf(3) });
  });

  test("adds up in any order, and its pieces, few however long the run, add up to it", () => {
    const words = fc.array(
      fc.record({
        second: fc.nat(500),
        requests: fc.integer({ min: 1, max: 1000 }),
        version: fc.constantFrom("old" as const, "new" as const),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, (told) => {
        const deltas = told.map(({ second, requests, version }) => delta(second, requests, { version }));
        const section = storeUseSection.parse(sectionOf(deltas));
        expect(sectionOf(deltas.toReversed())).toEqual(section);
        expect(section.batches.length).toBeLessThanOrEqual(mostBatches);
        for (const version of ["old", "new"] as const) {
          expect(sumOfUse(section.batches.map((batch) => batch[version]))).toEqual(section.versions[version]);
          const requests = told.filter((each) => each.version === version).map((each) => each.requests);
          expect(section.versions[version]?.requests ?? 0).toBe(
            requests.reduce((sum, each) => sum + each, 0),
          );
        }
      }),
    );
  });

  test("between two words is what is new, and from the start where there is no earlier word", () => {
    expect(useSince(undefined, useOf(4))).toEqual(useOf(4));
    expect(useSince(useOf(4), useOf(10))).toEqual({ ...useOf(6), database: { reads: 6, writes: 0, ms: 18 } });
    expect(useSince({ requests: 1 }, { requests: 5 })).toEqual({ requests: 4 });
  });
});
