import { expect, test } from "vitest";
import { ComparisonBook } from "../../src/measure/comparison-book.ts";
import type { CompareReport } from "../../src/splitter/comparing/compare-report.ts";

function reportOf(compared: number, mismatched: number, dropped: number): CompareReport {
  const overload = { compared: 2, different: 1 };
  const notCompared = dropped === 0 ? {} : { "no room": dropped };
  const endpoint = {
    endpoint: "pay",
    compared,
    different: mismatched,
    mismatched,
    noiseCompared: 0,
    noiseDifferent: 0,
  };
  const field = { endpoint: "pay", field: "$.total", kind: "value" as const, raw: mismatched, noise: 0 };
  const examples = [{ request: "GET /pay", first: String(compared), second: "x" }];
  return {
    wanted: compared + 2 + dropped,
    compared,
    mismatched,
    ...(compared > 0 && { mismatchShare: mismatched / compared }),
    noise: "none",
    overload,
    notCompared,
    endpoints: [{ ...endpoint, overload, notCompared }],
    fields: [{ ...field, underOverload: 1, isBeyondNoise: mismatched > 0, examples }],
    leftOut: { endpoints: 0, fields: 0 },
  };
}

test("one splitter's latest report is the run's", () => {
  const book = new ComparisonBook();
  expect(book.take(reportOf(10, 1, 0), 1)).toEqual(reportOf(10, 1, 0));
  expect(book.take(reportOf(25, 2, 3), 1)).toEqual(reportOf(25, 2, 3));
});

test("a splitter that was started anew counts from nothing, and the run goes on from where it was", () => {
  const book = new ComparisonBook();
  book.take(reportOf(100, 4, 1), 1);
  book.take(reportOf(10, 0, 0), 2);
  const total = book.take(reportOf(40, 3, 5), 2);
  expect(total).toMatchObject({
    wanted: 103 + 47,
    compared: 140,
    mismatched: 7,
    mismatchShare: 0.05,
    overload: { compared: 4, different: 2 },
    notCompared: { "no room": 6 },
    endpoints: [{ endpoint: "pay", compared: 140, mismatched: 7, overload: { compared: 4, different: 2 } }],
    fields: [{ raw: 7, underOverload: 2, isBeyondNoise: true }],
  });
  expect(total.fields[0]?.examples.map(({ first }) => first)).toEqual(["100", "40"]);
  expect(book.take(reportOf(5, 0, 0), 3).compared).toBe(145);
});

test("one that has handed over goes on telling, in turns with its successor, and nothing is counted twice", () => {
  const book = new ComparisonBook();
  book.take(reportOf(100, 4, 1), 1);
  book.take(reportOf(10, 0, 0), 2);
  book.take(reportOf(101, 4, 1), 1);
  expect(book.take(reportOf(20, 1, 0), 2)).toMatchObject({ compared: 121, mismatched: 5 });
  expect(book.take(reportOf(102, 4, 1), 1)).toMatchObject({ compared: 122, mismatched: 5 });
});

test("a splitter replaced very often is still counted whole", () => {
  const book = new ComparisonBook();
  for (let process = 1; process <= 30; process++) book.take(reportOf(10, 1, 0), process);
  expect(book.take(reportOf(11, 1, 0), 30)).toMatchObject({ compared: 301, mismatched: 30 });
});
