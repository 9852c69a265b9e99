import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import { budgetFigure } from "../../../src/report/view/budget-figure.ts";
import { retryLines } from "../../../src/report/view/retries.ts";
import { noRetries } from "../../../src/result/retry-schema.ts";
import { type RunResult, runResultSchema } from "../../../src/result/schema.ts";
import { measuredResult } from "../fixture-result.ts";

const plain = measuredResult({ seconds: 10 });
const { old: before, new: after } = plain.totals.versions;
const { earlierAttempts: _, ...once } = before.partsMs;
const askedOnce: RunResult = {
  ...plain,
  totals: {
    ...plain.totals,
    versions: { old: { ...before, partsMs: once }, new: { ...after, partsMs: once } },
  },
};
const retried: RunResult = runResultSchema.parse({
  ...askedOnce,
  totals: {
    ...askedOnce.totals,
    versions: {
      ...askedOnce.totals.versions,
      old: { ...before, partsMs: { ...once, earlierAttempts: once.service } },
    },
  },
  retries: {
    old: { retried: 1500, recovered: 900, exhausted: 30, overBudget: 12, gaveUp: 3 },
    new: { ...noRetries, retried: 20, recovered: 20 },
  },
});

test("every end of asking again that happened is told, for each version", () => {
  expect(retryLines(retried)).toEqual([
    {
      title: "Retries",
      text: expect.stringMatching(
        /^old.*: 1,500 retries, 900 requests answered by one, 30 failed to the last, 12 were refused by the budget, 3 ran out of patience; new.*: 20 retries, 20 requests answered by one$/,
      ),
    },
  ]);
  expect(retryLines(askedOnce)).toEqual([]);
});

test("page, Markdown and terminal tell it", async () => {
  const told = "1,500 retries, 900 requests answered by one";
  expect(await renderReport(retried)).toContain(told);
  expect(renderMarkdown(retried)).toContain(told);
  expect(renderRunSummary(retried, { colour: false, widthColumns: 400 })).toContain(told);
});

test("the time of earlier attempts is a part of its own, only where there were any", () => {
  const legendOf = (result: RunResult) => budgetFigure(result)?.legend.map(({ label }) => label);
  expect(legendOf(retried)).toContain("earlier attempts and pauses");
  expect(legendOf(retried)).toHaveLength(7);
  expect(legendOf(askedOnce)).not.toContain("earlier attempts and pauses");
  expect(legendOf(askedOnce)).toHaveLength(6);
});
