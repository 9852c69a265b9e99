import { connect } from "node:net";
import { expect, test } from "vitest";
import type { StoresPlan } from "../../src/scenario/service-plan.ts";
import { ask, startDatabase, startMock, stop, timing, until } from "./running-mock.ts";

const limitPerSecond = 200;
const stores: StoresPlan = {
  database: {
    kind: "modelled",
    topology: "shared",
    limitPerSecond,
    readsPerRequest: 1,
    writeShare: 1,
    readMs: 1,
    writeMs: 2,
  },
  cache: undefined,
};

test("old and new together get no more from a shared database than its limit", async () => {
  const database = await startDatabase({ limitPerSecond, readMs: 1, writeMs: 2 });
  const mocks = await Promise.all([
    startMock({}, { stores, database: database.address }),
    startMock({}, { version: "new", stores, database: database.address }),
  ]);
  const startMs = performance.now();
  const replies = await Promise.all(mocks.flatMap(({ port }) => Array.from({ length: 30 }, () => ask(port))));
  const tookMs = performance.now() - startMs;
  await until(() => database.messages.some((message) => message.type === "stats" && message.writes === 60));
  await Promise.all([...mocks.map(({ process }) => stop(process)), stop(database.process)]);
  expect(replies.map(({ status }) => status)).toEqual(Array(60).fill(200));
  // 60 requests, each a read and a write: the last query begins 119 gaps after the first.
  expect(tookMs).toBeGreaterThanOrEqual((119 * 1000) / limitPerSecond);
  for (const reply of replies) {
    expect(timing(reply, "db")).toBeGreaterThanOrEqual(3);
    expect(timing(reply, "service")).toBeGreaterThanOrEqual(timing(reply, "db"));
  }
});

test("reads go to replicas, and every replica repeats the writes", async () => {
  const tookWith = async (replicas: number) => {
    const database = await startDatabase({ limitPerSecond, replicas, readMs: 0, writeMs: 0 });
    const mock = await startMock({}, { stores, database: database.address });
    const startMs = performance.now();
    const replies = await Promise.all(Array.from({ length: 30 }, () => ask(mock.port)));
    const tookMs = performance.now() - startMs;
    await Promise.all([stop(mock.process), stop(database.process)]);
    expect(replies.map(({ status }) => status)).toEqual(Array(30).fill(200));
    return tookMs;
  };
  const gapMs = 1000 / limitPerSecond;
  // One instance takes 30 reads and 30 writes; a primary 30 writes, which its only replica repeats beside 30 reads.
  expect(await tookWith(0)).toBeGreaterThanOrEqual(59 * gapMs);
  const spread = await tookWith(3);
  expect(spread).toBeGreaterThanOrEqual(29 * gapMs);
  expect(spread).toBeLessThan(59 * gapMs + 200);
});

test("a database that is gone gives errors, not silence, and is found again when it is back", async () => {
  const database = await startDatabase({ limitPerSecond });
  const mock = await startMock({}, { stores, database: database.address });
  expect((await ask(mock.port)).status).toBe(200);
  database.process.kill("SIGKILL");
  await database.process.ended;
  for (const [path, status] of [
    ["/items/7", 500],
    ["/health", 503],
  ] as const) {
    const lost = await ask(mock.port, { path });
    expect([lost.status, lost.body]).toEqual([status, expect.stringContaining("database cannot be reached")]);
  }
  const again = await startDatabase({ limitPerSecond, listen: database.address });
  let status = 0;
  for (let tries = 0; tries < 200 && status !== 200; tries++) {
    status = (await ask(mock.port)).status;
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(status).toBe(200);
  expect((await ask(mock.port, { path: "/health" })).status).toBe(200);
  await Promise.all([stop(mock.process), stop(again.process)]);
});

test("a service does not listen before its database can be reached", async () => {
  const database = await startDatabase({ limitPerSecond });
  await stop(database.process);
  let isListening = false;
  const starting = startMock({}, { stores, database: database.address }).then((mock) => {
    isListening = true;
    return mock;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isListening).toBe(false);
  const again = await startDatabase({ limitPerSecond, listen: database.address });
  const mock = await starting;
  await Promise.all([stop(mock.process), stop(again.process)]);
});

test("the database hangs up on whoever speaks another protocol", async () => {
  const database = await startDatabase();
  const socket = connect(database.address);
  socket.write("GET / HTTP/1.1\r\n\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  expect(await stop(database.process)).toMatchObject({ exitCode: 0 });
});

test("stores without a limit take their time inside the service", async () => {
  const unlimited: StoresPlan = {
    database: {
      kind: "modelled",
      topology: "shared",
      limitPerSecond: undefined,
      readsPerRequest: 4,
      writeShare: 1,
      readMs: 5,
      writeMs: 10,
    },
    cache: { kind: "modelled", hitRatio: 0.5, hitMs: 1 },
  };
  const mock = await startMock({}, { stores: unlimited });
  const replies = [];
  for (let count = 0; count < 20; count++) replies.push(await ask(mock.port));
  await stop(mock.process);
  for (const reply of replies) {
    const misses = (timing(reply, "db") - 10) / 5;
    expect([0, 1, 2, 3, 4]).toContain(misses);
    expect(timing(reply, "service")).toBeGreaterThanOrEqual(10 + misses * 5 + (4 - misses) * 1);
    expect(reply.headers["server-timing"]).toContain(misses === 0 ? "desc=hit" : "desc=miss");
  }
});
