import { describe, expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { dataTable } from "../../../src/report/view/data.ts";
import type { RunResult } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

const separate: RunResult["divergence"] = {
  topology: "separate",
  content: "items",
  databases: {
    checks: 20,
    rows: 20_000,
    chunks: 40,
    chunksRead: 3,
    atEnd: { missing: 0, extra: 0, stale: 3, different: 0 },
    confirmed: 4,
    oldestMs: 9000,
    aheadOfTime: 2,
    convergence: { state: "diverged" },
    secondWrites: {
      queued: 900,
      applied: 890,
      superseded: 6,
      retried: 1,
      lost: 4,
      lagMs: { p50: 1.2, p99: 20, max: 41 },
    },
    made: { made: 4, healed: 0, found: 4, recall: 1, detectionMs: { p50: 1400, max: 1900 } },
    examples: [{ row: "item <7>", kind: "stale", forMs: 1000 }],
  },
};

function withData(divergence: RunResult["divergence"]): RunResult {
  return { ...measuredResult({ seconds: 2 }), divergence };
}

describe("the report's data section", () => {
  test("is absent where the stores were modelled", async () => {
    expect(dataTable(measuredResult({ seconds: 2 }))).toBeUndefined();
    expect(renderMarkdown(measuredResult({ seconds: 2 }))).not.toContain("## Data");
  });

  test("says how the databases ended, and what was found of what was made", () => {
    const table = dataTable(withData(separate));
    const text = JSON.stringify(table);
    expect(text).toContain("apart: 0 missing, 0 extra, 3 stale, 0 different");
    expect(text).toContain("4 made, 0 mended by later writes, 4 found (100 % of those that could be seen)");
    expect(table?.rows[0]?.cells[1]?.tone).toBe("bad");
  });

  test("stands in the page and in the Markdown, with what a row is called as text", async () => {
    const result = withData(separate);
    const page = await renderReport(result);
    expect(page).toContain("What became of the data");
    expect(page).toContain("item &lt;7&gt;");
    expect(page).not.toContain("item <7>");
    expect(renderMarkdown(result)).toContain("## Data");
  });
});
