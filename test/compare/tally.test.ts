import { describe, expect, test } from "vitest";
import type { Comparison, Difference } from "../../src/compare/answer.ts";
import { type ComparedPair, ComparisonTally, tallyLimits } from "../../src/compare/tally.ts";

const thresholds = { relative: 0.2, absolute: 0.0003 };

function differing(...fields: string[]): Comparison {
  const differences = fields.map((field): Difference => ({ field, kind: "value", first: "1", second: "2" }));
  return fields.length === 0 ? { state: "same" } : { state: "different", differences, isCut: false };
}

function pairOf(comparison: Comparison, more: Partial<ComparedPair> = {}): ComparedPair {
  return { endpoint: "pay", comparison, against: "new", isOverloaded: false, request: "POST /pay", ...more };
}

function addMany(tally: ComparisonTally, count: number, pair: ComparedPair): void {
  for (let added = 0; added < count; added++) tally.add(pair);
}

describe("noise is told from differences", () => {
  /** A field that differs so often between old and new, and between old and old, of 10,000 each. */
  function isReal(raw: number, noise: number): boolean | undefined {
    const tally = new ComparisonTally();
    addMany(tally, raw, pairOf(differing("$.a")));
    addMany(tally, 10_000 - raw, pairOf(differing()));
    addMany(tally, noise, pairOf(differing("$.a"), { against: "old-again" }));
    addMany(tally, 10_000 - noise, pairOf(differing(), { against: "old-again" }));
    return tally.summary(thresholds).fields[0]?.isBeyondNoise;
  }

  test.each([
    ["a field that always differs from itself is noise", 10_000, 10_000, false],
    ["as often as noise is noise", 50, 50, false],
    ["less often than noise is noise", 40, 50, false],
    ["a fifth more often, relative to both, is not enough", 60, 40, false],
    ["somewhat more than that is", 62, 40, true],
    ["3 of 10,000 are not enough", 3, 0, false],
    ["4 of 10,000 are", 4, 0, true],
  ])("%s", (_, raw, noise, expected) => expect(isReal(raw, noise)).toBe(expected));

  test("a rare bug is found among fields that always differ", () => {
    const tally = new ComparisonTally();
    addMany(tally, 9990, pairOf(differing("$.at")));
    addMany(tally, 10, pairOf(differing("$.at", "$.total")));
    addMany(tally, 10_000, pairOf(differing("$.at"), { against: "old-again" }));
    const summary = tally.summary(thresholds);
    expect(summary.fields.map(({ field, isBeyondNoise }) => [field, isBeyondNoise])).toEqual([
      ["$.total", true],
      ["$.at", false],
    ]);
    expect(summary).toMatchObject({ compared: 10_000, mismatched: 10, mismatchShare: 0.001 });
  });

  test("fewer answers may be asked for twice: rates count, not numbers", () => {
    const tally = new ComparisonTally();
    addMany(tally, 1000, pairOf(differing("$.at")));
    addMany(tally, 10, pairOf(differing("$.at"), { against: "old-again" }));
    expect(tally.summary(thresholds).mismatched).toBe(0);
  });
});

describe("counts", () => {
  test("of pairs under overload are kept apart", () => {
    const tally = new ComparisonTally();
    addMany(tally, 3, pairOf(differing("status"), { isOverloaded: true }));
    addMany(tally, 2, pairOf(differing()));
    expect(tally.summary(thresholds)).toMatchObject({
      compared: 2,
      mismatched: 0,
      endpoints: [{ compared: 2, different: 0, overload: { compared: 3, different: 3 } }],
      fields: [{ raw: 0, underOverload: 3, isBeyondNoise: false }],
    });
  });

  test("of pairs that could not be compared say why", () => {
    const tally = new ComparisonTally();
    tally.add(pairOf({ state: "not compared", reason: "body too large" }));
    const summary = tally.summary(thresholds);
    expect(summary.endpoints[0]?.notCompared).toEqual({ "body too large": 1 });
    expect(summary.mismatchShare).toBeUndefined();
  });

  test("a field counts once for each pair, however many elements differ", () => {
    const tally = new ComparisonTally();
    tally.add(pairOf(differing("$[*].a", "$[*].a", "$[*].a")));
    expect(tally.summary(thresholds).fields[0]?.raw).toBe(1);
  });

  test("keep at most five examples", () => {
    const tally = new ComparisonTally();
    addMany(tally, 9, pairOf(differing("$.a")));
    expect(tally.summary(thresholds).fields[0]?.examples).toHaveLength(5);
  });

  test("of endpoints named like parts of an object are counts like any other", () => {
    const tally = new ComparisonTally();
    for (const endpoint of ["__proto__", "toString", "constructor"])
      tally.add(pairOf(differing("$.a"), { endpoint }));
    expect(tally.summary(thresholds).endpoints.map(({ endpoint }) => endpoint)).toEqual([
      "__proto__",
      "toString",
      "constructor",
    ]);
  });

  test("grow with neither fields nor endpoints nor their combinations, and still add up", () => {
    const tally = new ComparisonTally();
    for (let index = 0; index < 6000; index++) {
      const endpoint = `e${index % 900}`;
      tally.add(pairOf(differing(`$.f${index}`, `$.g${index % 77}`), { endpoint }));
    }
    const summary = tally.summary(thresholds);
    expect(summary.endpoints.length).toBeLessThanOrEqual(tallyLimits.endpoints + 1);
    expect(summary.fields.length).toBeLessThanOrEqual(tallyLimits.fields + tallyLimits.endpoints + 1);
    expect(summary.compared).toBe(6000);
    expect(summary.mismatched).toBe(6000);
    expect(summary.endpoints.some(({ endpoint }) => endpoint === "(other endpoints)")).toBe(true);
    expect(summary.fields.some(({ field }) => field === "(other fields)")).toBe(true);
  });
});
