import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import { comparisonView } from "../../../src/report/view/comparison.ts";
import type { ComparisonResult } from "../../../src/result/comparison-schema.ts";
import { type RunResult, runResultSchema } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

const hostile = "<script>alert(1)</script>\u202e\u001b[31m";

const comparison: ComparisonResult = {
  wanted: 1100,
  compared: 1000,
  mismatched: 12,
  mismatchShare: 0.012,
  noise: "old-twice",
  overload: { compared: 40, different: 30 },
  notCompared: { "a write": 50, "no room": 10 },
  endpoints: [
    {
      endpoint: "pay",
      compared: 1000,
      different: 900,
      mismatched: 12,
      noiseCompared: 1000,
      noiseDifferent: 899,
      overload: { compared: 40, different: 30 },
      notCompared: { "a write": 50 },
    },
  ],
  fields: [
    {
      endpoint: "pay",
      field: "$.total",
      kind: "value",
      raw: 12,
      noise: 0,
      underOverload: 30,
      isBeyondNoise: true,
      examples: [{ request: "GET /pay", first: "10", second: hostile }],
    },
    {
      endpoint: "pay",
      field: "$.at",
      kind: "value",
      raw: 900,
      noise: 899,
      underOverload: 0,
      isBeyondNoise: false,
      examples: [{ request: "GET /pay", first: "noisy", second: "noisier" }],
    },
  ],
  leftOut: { endpoints: 0, fields: 3 },
};

const result: RunResult = runResultSchema.parse({ ...measuredResult({ seconds: 30 }), comparison });

test("the sentence tells of mismatches, of those under overload and of what was not compared", () => {
  expect(comparisonView(result)?.sentence).toBe(
    "12 of 1,000 compared answers differ beyond what old differs from itself (1.2 %); " +
      "before noise is taken out 90 % differ, and 89.9 % of what old answers when asked twice; " +
      "under overload 30 of 40, which are not judged; not compared: 50 × a write, 10 × no room",
  );
});

test("fields are told from noise, and examples are given of those beyond it", () => {
  const view = comparisonView(result);
  expect(view?.fields?.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
    ["pay", "$.total", "value", "12", "0", "30", "yes"],
    ["pay", "$.at", "value", "900", "899", "0", "no"],
  ]);
  expect(view?.fields?.notes).toEqual(["3 more differing fields are counted and not listed."]);
  expect(view?.examples.map(({ title }) => title)).toEqual(["pay: $.total (value), an example"]);
});

test("page, Markdown and terminal show it, and no example is markup or a terminal sequence", async () => {
  const page = await renderReport(result);
  expect(page).toContain("<h2>Compared answers</h2>");
  expect(page).toContain("<details><summary><bdi>pay: $.total (value), an example</bdi></summary>");
  expect(page).toContain("&lt;script&gt;alert(1)");
  expect(page).not.toMatch(/<script|\u202e|\u001b|noisier/);
  expect(renderMarkdown(result)).toContain("### Fields that differ");
  expect(renderRunSummary(result, { colour: false, widthColumns: 120 })).toContain(
    "  compare 12 of 1,000 compared answers",
  );
});

test("a result without a comparison has no section for it", async () => {
  expect(comparisonView(measuredResult({ seconds: 30 }))).toBeUndefined();
  expect(await renderReport(measuredResult({ seconds: 30 }))).not.toContain("Compared answers");
});
