import { describe, expect, test } from "vitest";
import type { Difference, ResultComparison } from "../../../src/analysis/agreement/compare-results.ts";
import type { ComparedFigure } from "../../../src/analysis/agreement/figure-estimate.ts";
import { renderComparison } from "../../../src/report/text/comparison-text.ts";

type Compared = {
  readonly figure: ComparedFigure;
  readonly values: readonly [number, number];
  readonly difference: Difference;
};

function textOf({ figure, values, difference }: Compared, validity = "VALID"): string {
  const result = { scenario: "shop", method: "measured", validity: "VALID" } as const;
  const comparison: ResultComparison = {
    schema: "twinlane/comparison@1",
    results: [
      { ...result, name: "monday" },
      { ...result, name: "tuesday", validity },
    ],
    rows: [{ version: "old", figure, values, differences: [difference] }],
    growth: [],
  };
  return renderComparison(comparison, { colour: false, widthColumns: 110 });
}

describe("a comparison as text", () => {
  test.each<[string, Compared, string]>([
    [
      "a share that fell is told in points, beside the relative fall",
      { figure: "failedShare", values: [0.0616, 0.0308], difference: { absolute: -0.0308, relative: -0.5 } },
      "−3.08 points  −50.0 %",
    ],
    [
      "a share that grew from nothing has points alone",
      { figure: "failedShare", values: [0, 0.01], difference: { absolute: 0.01 } },
      "+1 points",
    ],
    [
      "a time keeps its unit",
      { figure: "responseTimeP99Ms", values: [20, 30], difference: { absolute: 10, relative: 0.5 } },
      "+10 ms  +50.0 %",
    ],
  ])("%s", (_, compared, expected) => {
    expect(textOf(compared)).toContain(expected);
  });

  test.each([
    ["VALID", undefined],
    ["TAINTED", "Warning: B was TAINTED"],
    ["GENERATOR-BOUND", "Warning: B was GENERATOR-BOUND: response times and throughput there are the load"],
  ])("a %s result is warned of before the figures", (validity, warning) => {
    const text = textOf(
      { figure: "responseTimeP99Ms", values: [20, 30], difference: { absolute: 10 } },
      validity,
    );
    if (warning === undefined) expect(text).not.toContain("Warning");
    else expect(text.split("old: ")[0]).toContain(warning);
  });

  test("nothing has no sign", () => {
    const text = textOf({ figure: "failedShare", values: [0, 0], difference: { absolute: 0 } });
    expect(text).toMatch(/ 0 points/);
    expect(text).not.toContain("+0");
  });

  test("brackets are explained where there are any", () => {
    const plain: Compared = {
      figure: "responseTimeP99Ms",
      values: [20, 30],
      difference: { absolute: 10, relative: 0.5 },
    };
    const sure = { ...plain, difference: { ...plain.difference, interval: { low: 0.4, high: 0.6 } } };
    expect(textOf(plain)).not.toContain("In brackets");
    expect(textOf(sure)).toContain("In brackets");
  });
});
