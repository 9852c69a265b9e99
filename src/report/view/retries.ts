import { formatCount } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { RetryCounts } from "../../result/retry-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import type { BehindLine } from "./behind.ts";
import { versionTitles } from "./versions.ts";

/** What came of clients that ask again, both versions in one line; none where they ask once. */
export function retryLines(result: RunResult): readonly BehindLine[] {
  const { retries } = result;
  if (retries === undefined) return [];
  const titles = versionTitles(result);
  const text = versions.map((version) => `${titles[version]}: ${sentenceOf(retries[version])}`).join("; ");
  return [{ title: "Retries", text }];
}

function sentenceOf({ retried, recovered, exhausted, overBudget, gaveUp }: RetryCounts): string {
  const unsaved = [
    [exhausted, "failed to the last"],
    [overBudget, "were refused by the budget"],
    [gaveUp, "ran out of patience"],
  ] as const;
  return [
    `${formatCount(retried)} retries, ${formatCount(recovered)} requests answered by one`,
    ...unsaved.flatMap(([times, what]) => (times === 0 ? [] : [`${formatCount(times)} ${what}`])),
  ].join(", ");
}
