import { describe, expect, test } from "vitest";
import { readSplitChange } from "../../src/splitter/split-change.ts";

const reason = "why";

describe("the text of a change of the split", () => {
  test.each([
    [{ new: "25%" }, { newPerMillion: 250_000 }],
    [{ new: 0 }, { newPerMillion: 0 }],
    [
      { new: "1%", mirror: "50%" },
      { newPerMillion: 10_000, mirrorPerMillion: 500_000 },
    ],
    [
      { new: "1%", headerRoute: { header: "X-Beta", equals: "1" } },
      { newPerMillion: 10_000, headerRoute: { header: "x-beta", equals: "1" } },
    ],
    [
      { new: "1%", headerRoute: null },
      { newPerMillion: 10_000, headerRoute: null },
    ],
  ])("%j is read", (change, expected) => {
    expect(readSplitChange(JSON.stringify({ ...change, reason }))).toEqual({ ...expected, reason });
  });

  test.each([
    { new: "101%" },
    { new: "1%", mirror: "lots" },
    { new: "1%", mirror: -0.1 },
    { new: "1%", mirror: null },
    { new: "1%", headerRoute: "x-beta" },
    { new: "1%", headerRoute: { header: "x-beta" } },
    { new: "1%", headerRoute: { header: "x beta", equals: "1" } },
    { new: "1%", headerRoute: { header: "x-beta", equals: "1\r\nx: y" } },
    { new: "1%", headerRoute: { header: "x-beta", equals: "1", to: "old" } },
    { new: "1%", headerRoute: { header: "x".repeat(600), equals: "1" } },
    { new: "1%", drain: true },
  ])("%j breaks the rule", (change) => {
    expect(readSplitChange(JSON.stringify({ ...change, reason }))).toBeUndefined();
  });
});
