import { expect, test } from "vitest";
import type { MockStats } from "../../src/measure/mock-messages.ts";
import type { RunLog } from "../../src/measure/run-log.ts";
import { storeUseTeller } from "../../src/measure/store-use-teller.ts";
import type { JournalEntry } from "../../src/result/journal.ts";
import type { StoreUseDelta } from "../../src/result/store-use-schema.ts";
import { mockStats, toldMock } from "./told-mock.ts";

const originMs = 10_000;

function stats(atMs: number, requests: number | undefined): MockStats {
  const storeUse = requests === undefined ? undefined : { requests, cache: { lookups: requests, hits: 0 } };
  return mockStats({ atMs: originMs + atMs, ...(storeUse && { storeUse }) });
}

function tellerWithLog() {
  const deltas: StoreUseDelta[] = [];
  const log = {
    planMs: (clockMs: number) => clockMs - originMs,
    add: (entry: JournalEntry) => {
      if (entry.type === "store-use") deltas.push(entry.delta);
    },
  };
  return { tell: storeUseTeller(log as unknown as RunLog), deltas };
}

function told(deltas: readonly StoreUseDelta[]) {
  return deltas.map(({ version, fromMs, untilMs, use }) => [version, fromMs, untilMs, use.requests]);
}

test("each word says what is new since the one before, by process", () => {
  const { tell, deltas } = tellerWithLog();
  const [first, second] = [toldMock("old"), toldMock("new")];
  tell(stats(0, 0), first);
  tell(stats(1000, 40), first);
  tell(stats(1500, 7), second);
  tell(stats(2000, 100), first);
  expect(told(deltas)).toEqual([
    ["old", 0, 1000, 40],
    ["new", 500, 1500, 7],
    ["old", 1000, 2000, 60],
  ]);
});

test("nothing is logged of a second in which nothing was asked, and the next word is of its own second", () => {
  const { tell, deltas } = tellerWithLog();
  const process = toldMock("old");
  for (const [atMs, requests] of [
    [1000, 5],
    [2000, 5],
    [3000, 9],
  ] as const)
    tell(stats(atMs, requests), process);
  expect(told(deltas)).toEqual([
    ["old", 0, 1000, 5],
    ["old", 2000, 3000, 4],
  ]);
});

test("a mock that was started again counts anew, beside what it was", () => {
  const { tell, deltas } = tellerWithLog();
  tell(stats(3000, 50), toldMock("old"));
  tell(stats(6000, 20), toldMock("old"));
  expect(told(deltas)).toEqual([
    ["old", 2000, 3000, 50],
    ["old", 5000, 6000, 20],
  ]);
});

test("mocks without stores tell nothing", () => {
  const { tell, deltas } = tellerWithLog();
  tell(stats(1000, undefined), toldMock("old"));
  expect(deltas).toEqual([]);
});
