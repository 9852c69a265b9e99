import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import { behindLines } from "../../../src/report/view/behind.ts";
import { type RunResult, runResultSchema } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

const plain = measuredResult({ seconds: 10 });
const withChains = (failed: number): RunResult =>
  runResultSchema.parse({
    ...plain,
    chains: { old: { old: 800, new: 150, failed }, new: { old: 40, new: 10, failed: 0 } },
  });

const counts = "old → old 800, old → new 150, new → old 40, new → new 10";

test.each([
  [0, `19 % of 1,000 calls of the second service mix the versions: ${counts}`],
  [3, `19 % of 1,000 calls of the second service mix the versions: ${counts}; 3 calls failed`],
])("chains are counted, and %i failed calls told", (failed, expected) => {
  expect(behindLines(withChains(failed))).toEqual([{ title: "Chains", text: expected }]);
});

test("a second service that never answered has no share to show", () => {
  const none = { old: 0, new: 0, failed: 5 };
  expect(behindLines({ ...plain, chains: { old: none, new: none } })[0]?.text).toBe(
    "the second service answered no call; 10 calls failed",
  );
});

test("page, Markdown and terminal show them, and nothing where there are none", async () => {
  expect(await renderReport(withChains(0))).toContain("19 % of 1,000 calls of the second service");
  const summary = renderRunSummary(withChains(0), { colour: false, widthColumns: 120 });
  expect(summary).toContain("chains  19 % of 1,000 calls");
  expect(renderMarkdown(withChains(0))).toContain("- Chains: 19 % of 1,000 calls");
  expect(behindLines(plain)).toEqual([]);
});
