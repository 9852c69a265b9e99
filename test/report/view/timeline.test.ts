import { describe, expect, test } from "vitest";
import { maxPoints } from "../../../src/report/view/time-bins.ts";
import { reportView } from "../../../src/report/view.ts";
import type { RunResult, TaintedWindow } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

const measured = measuredResult({ seconds: 30 });

function tainted(spans: readonly (readonly [startMs: number, endMs: number])[]): RunResult {
  const windows = spans.map(
    ([startMs, endMs]): TaintedWindow => ({ startMs, endMs, process: "driver", cause: "steal" }),
  );
  return { ...measured, validity: { state: "TAINTED", reasons: ["The driver was late."], windows } };
}

function doubtfulOf(spans: readonly (readonly [startMs: number, endMs: number])[]) {
  const stretches = reportView(tainted(spans)).figures.latency?.data.timeline.doubtful ?? [];
  return stretches.map(({ start, end }) => [start, end]);
}

describe("stretches that are not to be trusted", () => {
  test.each([
    { spans: [[2000, 3000]], expected: [[2, 3]], why: "one" },
    {
      spans: [
        [8000, 9000],
        [2000, 3000],
      ],
      expected: [
        [2, 3],
        [8, 9],
      ],
      why: "two, in order of time",
    },
    {
      spans: [
        [2000, 6000],
        [3000, 4000],
        [5000, 7000],
      ],
      expected: [[2, 7]],
      why: "those of several processes",
    },
    {
      spans: [
        [-9000, -4000],
        [29_500, 31_000],
      ],
      expected: [
        [-5, -4],
        [29.5, 30],
      ],
      why: "those beyond the axis",
    },
    { spans: [[-9000, -8000]], expected: [], why: "one that is not on it" },
    { spans: [], expected: [], why: "none" },
  ] as const)("lie apart and on the axis: $why", ({ spans, expected }) => {
    expect(doubtfulOf(spans)).toEqual(expected);
  });

  test("are never more than a line has points", () => {
    const spans = Array.from({ length: 5000 }, (_, index) => [index * 6, index * 6 + 3] as const);
    expect(doubtfulOf(spans).length).toBeLessThanOrEqual(maxPoints);
  });

  test("are in the legend of every figure over time, and only where there are any", () => {
    const labels = (result: RunResult) =>
      Object.entries(reportView(result).figures).flatMap(([name, figure]) =>
        figure?.legend.some(({ label }) => label === "not to be trusted") ? [name] : [],
      );
    expect(labels(tainted([[2000, 3000]]))).toEqual([
      "latency",
      "rates",
      "split",
      "resources",
      "health",
      "machine",
    ]);
    expect(labels(measured)).toEqual([]);
  });
});
