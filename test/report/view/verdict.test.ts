import { describe, expect, test } from "vitest";
import { noticesOf, verdictView } from "../../../src/report/view/verdict.ts";
import type { RunResult, TaintedWindow } from "../../../src/result/schema.ts";
import { measuredResult, outageResult } from "../fixture-result.ts";

describe("a tainted run", () => {
  const result = measuredResult({ seconds: 10 });
  const tainted = (spans: readonly (readonly [number, number])[]): RunResult => ({
    ...result,
    validity: {
      state: "TAINTED",
      reasons: ["The driver was late."],
      windows: spans.map(
        ([startMs, endMs], index): TaintedWindow => ({
          startMs,
          endMs,
          process: index % 2 === 0 ? "driver" : "splitter",
          cause: "stalled event loop",
        }),
      ),
    },
  });

  test.each<[string, readonly (readonly [number, number])[], string]>([
    ["less than a second", [[2740, 3100]], "1 of 10 seconds is"],
    ["a second", [[2740, 3750]], "1 of 10 seconds is"],
    [
      "two processes at once",
      [
        [2000, 4000],
        [2500, 4500],
      ],
      "3 of 10 seconds are",
    ],
    [
      "the same second twice",
      [
        [2000, 3000],
        [2000, 3000],
      ],
      "1 of 10 seconds is",
    ],
    ["all of it, and its edges", [[-300, 10_700]], "10 of 10 seconds are"],
    ["no named stretch", [], "parts of this run are"],
  ])("says how much of it: %s", (_, spans, expected) => {
    expect(noticesOf(tainted(spans)).map(({ title }) => title)).toEqual([
      `Tainted: ${expected} not to be trusted`,
    ]);
  });

  test("says what that does to the verdict", () => {
    const [notice] = noticesOf(tainted([[2000, 3000]]));
    expect(notice?.lines[0]).toBe("The driver was late.");
    expect(notice?.lines[1]).toContain(
      "a limit on a response time that held with these moments holds without",
    );
  });
});

describe("a verdict's reasons", () => {
  test("are those that its sentence doesn't tell", () => {
    const checks = [
      { kind: "slo", name: "old: p99", state: "FAIL" as const, reason: "the p99 is 300 ms" },
      { kind: "slo", name: "new: p99", state: "FAIL" as const, reason: "the p99 is 400 ms" },
    ];
    const verdict = {
      state: "FAIL" as const,
      sentence: "Not held: old: p99. The p99 is 300 ms. 1 more did not pass.",
      reasons: checks.map(({ name, reason }) => `${name}: ${reason}`),
      checks,
    };
    expect(verdictView({ ...outageResult(), verdict }).reasons).toEqual(["new: p99: the p99 is 400 ms"]);
  });
});
