import { describe, expect, test } from "vitest";
import { MockBook } from "../../../src/measure/divergence/mock-book.ts";
import type { MockStats } from "../../../src/measure/mock-messages.ts";
import type { MadeDrift, StorageStats } from "../../../src/measure/stores/storage-messages.ts";
import { mockStats, toldMock } from "../told-mock.ts";

const idle: StorageStats = {
  acknowledged: 0,
  uncertain: 0,
  superseded: 0,
  lostUpdates: 0,
  refused: 0,
  cacheFailures: 0,
  connections: 1,
  waiting: 0,
};

function stats(storage: Partial<StorageStats>, more: Partial<MockStats> = {}): MockStats {
  return mockStats({ storage: { ...idle, ...storage }, ...more });
}

describe("a book of what mocks tell", () => {
  test("adds up processes, those that ended included, and takes the last word of each", () => {
    const book = new MockBook(() => undefined);
    book.take(stats({ acknowledged: 5 }), toldMock("old", 1));
    book.take(stats({ acknowledged: 9 }), toldMock("old", 1));
    book.take(stats({ acknowledged: 2 }), toldMock("old", 2));
    book.take(stats({ acknowledged: 4, uncertain: 1 }), toldMock("new", 3));
    expect(book.acknowledged).toEqual({ old: 11, new: 4 });
    expect(book.uncertain).toBe(1);
  });

  test("knows who has not spoken since, and what is under way where", () => {
    const book = new MockBook(() => undefined);
    book.take(stats({}, { atMs: 100, busy: 3, queueLength: 40 }), toldMock("old", 1));
    book.take(stats({}, { atMs: 300 }), toldMock("new", 2));
    expect(book.hasHeardSince(200, [1, 2])).toBe(false);
    expect(book.hasHeardSince(99, [1, 2])).toBe(true);
    expect(book.hasHeardSince(99, [1, 2, 7])).toBe(false);
    expect(book.underWay([1, 2])).toBe(43);
    expect(book.underWay([2])).toBe(0);
  });

  test("has no lag where nothing was written twice", () => {
    const book = new MockBook(() => undefined);
    book.take(stats({}), toldMock("old", 1));
    expect(book.secondWrites.lagMs).toEqual({});
  });

  test("passes on each drift, and keeps the lags of all messages", () => {
    const drifts: MadeDrift[] = [];
    const book = new MockBook((drift) => drifts.push(drift));
    const second = { queued: 3, applied: 2, superseded: 0, retried: 0, lost: 1, waiting: 0 };
    const drift: MadeDrift = { id: "7", atEpochMs: 1, cause: "lost-write" };
    book.take(stats({ second: { ...second, lagsMs: [1, 2], drifts: [drift] } }), toldMock("old", 1));
    book.take(stats({ second: { ...second, lagsMs: [40], drifts: [] } }), toldMock("old", 1));
    expect(drifts).toEqual([drift]);
    expect(book.secondWrites).toMatchObject({ queued: 3, lost: 1 });
    expect(book.secondWrites.lagMs.max).toBeGreaterThan(39);
  });
});
