import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import { behindLines } from "../../../src/report/view/behind.ts";
import { type RunResult, runResultSchema } from "../../../src/result/schema.ts";
import type { StoreUse } from "../../../src/result/store-use-schema.ts";
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

const messages = {
  old: { published: 900, lost: 0, consumed: 490 },
  new: { published: 100, lost: 0, consumed: 500 },
  refused: 0,
  returned: 0,
  waiting: 10,
  meanWaitMs: 2,
  longestWaitMs: 35,
};
const taken = "new took 50.5 % of 990 messages (old 490, new 500)";

test.each([
  [messages, `${taken}; they waited 2 ms on average, 35 ms at most; 10 waiting at the end`],
  [
    { ...messages, refused: 3, old: { ...messages.old, lost: 2 } },
    `${taken}; they waited 2 ms on average, 35 ms at most; 10 waiting at the end; 3 refused, the queue being full; 2 lost, the queue being gone`,
  ],
  [
    {
      old: { published: 4, lost: 0, consumed: 0 },
      new: { published: 0, lost: 0, consumed: 0 },
      refused: 0,
      returned: 0,
      waiting: 4,
    },
    "no message was worked on; 4 waiting at the end",
  ],
])("messages are told by version: %j", (told, expected) => {
  expect(behindLines({ ...plain, messages: told })).toEqual([{ title: "Queue", text: expected }]);
});

const oldAlone: StoreUse = {
  requests: 200,
  cache: { lookups: 400, hits: 324 },
  database: { reads: 76, writes: 24, ms: 350 },
};

test.each<[RunResult["storeUse"] & object, string]>([
  [
    { versions: { old: oldAlone }, batches: [] },
    "old 81 % of 400 reads hit the cache, 0.5 database queries per request, 3.5 ms each on average",
  ],
  [
    {
      versions: {
        old: { requests: 10, database: { reads: 20, writes: 0, ms: 30 } },
        new: { requests: 10, cache: { lookups: 10, hits: 10 }, database: { reads: 0, writes: 0, ms: 0 } },
      },
      batches: [],
    },
    "old 2 database queries per request, 1.5 ms each on average; new 100 % of 10 reads hit the cache, 0 database queries per request",
  ],
])("what was asked of the stores is told by version: %j", (storeUse, expected) => {
  expect(behindLines({ ...plain, storeUse })).toEqual([{ title: "Stores", text: expected }]);
});

test("page, Markdown and terminal show them, and nothing where there are none", async () => {
  expect(await renderReport(withChains(0))).toContain("19\u00a0% of 1,000 calls of the second service");
  const summary = renderRunSummary(withChains(0), { colour: false, widthColumns: 120 });
  expect(summary).toContain("chains  19 % of 1,000 calls");
  expect(renderMarkdown(withChains(0))).toContain("- Chains: 19 % of 1,000 calls");
  expect(behindLines(plain)).toEqual([]);
});
