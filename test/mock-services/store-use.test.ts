import { expect, onTestFinished, test } from "vitest";
import type { StartMock } from "../../src/measure/mock-messages.ts";
import type { StoreUse } from "../../src/result/store-use-schema.ts";
import type { StoresPlan } from "../../src/scenario/service-plan.ts";
import { ask, startDatabase, startMock, stop, timing } from "./running-mock.ts";

const database: NonNullable<StoresPlan["database"]> = {
  kind: "modelled",
  topology: "shared",
  limitPerSecond: undefined,
  readsPerRequest: 3,
  writeShare: 0.5,
  readMs: 0.5,
  writeMs: 1,
};
const cache: NonNullable<StoresPlan["cache"]> = { kind: "modelled", hitRatio: 0.6, hitMs: 0 };
const requests = 40;

/** What a mock says it asked, beside what it told its callers. */
async function useOf(stores: StoresPlan, start: Partial<StartMock> = {}) {
  const mock = await startMock({}, { stores, ...start });
  const replies = [];
  for (let count = 0; count < requests; count++) replies.push(await ask(mock.port));
  await stop(mock.process);
  const last = mock.messages.findLast((message) => message.type === "stats");
  const databaseMs = replies.map((reply) => timing(reply, "db")).filter((ms) => !Number.isNaN(ms));
  const misses = replies.filter(({ headers }) => String(headers["server-timing"]).includes("desc=miss"));
  return {
    use: last?.type === "stats" ? last.storeUse : undefined,
    databaseMs: databaseMs.reduce((sum, ms) => sum + ms, 0),
    misses: misses.length,
  };
}

function checkUse({ cache: asked, database: queried }: StoreUse, told: { misses: number }): void {
  expect(asked?.lookups).toBe(3 * requests);
  expect(queried?.reads).toBe(3 * requests - (asked?.hits ?? 0));
  expect(queried?.reads).toBeGreaterThanOrEqual(told.misses);
  expect(queried?.reads).toBeLessThanOrEqual(3 * told.misses);
  expect(queried?.writes).toBeGreaterThan(0);
  expect(queried?.writes).toBeLessThan(requests);
}

test("a mock counts what it asks of stores that are time only, as it tells its callers", async () => {
  const { use, databaseMs, misses } = await useOf({ database, cache });
  expect(use?.requests).toBe(requests);
  checkUse(use ?? { requests: 0 }, { misses });
  const { reads = 0, writes = 0, ms = 0 } = use?.database ?? {};
  expect(ms).toBeCloseTo(reads * 0.5 + writes * 1, 6);
  expect(ms).toBeCloseTo(databaseMs, 0);
});

test("a mock counts what it asks of a database with a limit, and waits for in its line", async () => {
  const limited = { ...database, limitPerSecond: 400 };
  const process = await startDatabase({ limitPerSecond: 400, readMs: 0.5, writeMs: 1 });
  onTestFinished(async () => void (await stop(process.process)));
  const { use, databaseMs, misses } = await useOf(
    { database: limited, cache },
    { database: process.address },
  );
  expect(use?.requests).toBe(requests);
  checkUse(use ?? { requests: 0 }, { misses });
  const { reads = 0, writes = 0, ms = 0 } = use?.database ?? {};
  expect(ms).toBeGreaterThan(reads * 0.5 + writes * 1);
  expect(ms).toBeCloseTo(databaseMs, 0);
});

test("a store that isn't there is not counted, and without any nothing is told", async () => {
  const alone = await useOf({ database: undefined, cache });
  expect(alone.use).toEqual({ requests, cache: { lookups: requests, hits: expect.any(Number) } });
  const uncached = await useOf({ database, cache: undefined });
  expect(uncached.use).toMatchObject({ requests, database: { reads: 3 * requests } });
  expect(uncached.use?.cache).toBeUndefined();
  expect((await useOf({ database: undefined, cache: undefined })).use).toBeUndefined();
});
