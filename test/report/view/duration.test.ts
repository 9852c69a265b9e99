import { describe, expect, test } from "vitest";
import { formatDifferenceMs, percentileCell } from "../../../src/report/view/duration.ts";

describe("a difference", () => {
  test.each([
    [20, 23.1, "+3.1 ms (+16 %)"],
    [20, 20.5, "+500 µs (+2.5 %)"],
    [53, 40, "−13 ms (−25 %)"],
    [20, 20, "±0"],
    [20, 20.0001, "±0"],
    [10_000, 10_001, "+1 ms (±0 %)"],
    [50, 5000, "+4.95 s (× 100)"],
    [10, 24, "+14 ms (× 2.4)"],
    [0, 3, "+3 ms"],
  ])("from %d ms to %d ms is %s", (base, value, expected) => {
    expect(formatDifferenceMs(base, value)).toBe(expected);
  });
});

describe("a percentile", () => {
  test.each([
    [12.34, 1000, "12.3 ms"],
    [null, 1000, "not met"],
    [undefined, 120, "too few samples (120 of 299)"],
    [undefined, 0, "no requests"],
  ])("p99 %j of %d samples is shown as %s", (ms, samples, expected) => {
    expect(percentileCell({ name: "p99", ms, samples }).text).toBe(expected);
  });

  test("is short where a table has many columns", () => {
    expect(percentileCell({ name: "p999", ms: undefined, samples: 631, isShort: true }).text).toBe(
      "too few (631)",
    );
  });
});
