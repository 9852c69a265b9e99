import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { Version } from "../../src/base/version.ts";
import { endProcess } from "../../src/measure/child-process.ts";
import { FaultProxies } from "../../src/measure/fault-proxy/fault-proxies.ts";
import { ProcessGroup } from "../../src/measure/process-group.ts";
import { connectClient } from "../../src/measure/stores/prepare-database.ts";
import { RunStores } from "../../src/measure/stores/real-stores.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { describeWithServers } from "../measure/stores/servers.ts";
import { planText } from "../scenario/scenario-text.ts";
import { startMock } from "./running-mock.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

function planOf(stores: string): RunPlan {
  const text = `name: storage\nworkload: { ratePerSecond: 10/s }\nstores: ${stores}\n`;
  return planText(text);
}

async function runStores(plan: RunPlan): Promise<RunStores> {
  const stores = await RunStores.start(plan, new FaultProxies(plan, new ProcessGroup(() => undefined)));
  if (stores === undefined) throw new Error("the stores are real");
  return stores;
}

async function mockOf(plan: RunPlan, stores: RunStores, version: Version) {
  const mock = await startMock({}, { version, stores: plan.stores, realStores: stores.placesOf(version) });
  onTestFinished(async () => {
    await endProcess(mock.process, { type: "stop", drainMs: 100 }, 5000);
  });
  const ask = async (method: string, path: string, id?: string) => {
    const response = await fetch(`http://127.0.0.1:${mock.port}${path}`, {
      method,
      ...(id !== undefined && { headers: { "x-request-id": id } }),
    });
    await response.arrayBuffer();
    return { status: response.status, timing: response.headers.get("server-timing") ?? "" };
  };
  return { mock, ask };
}

describeWithServers("mocks with a shared PostgreSQL and a Redis", () => {
  const plan = planOf(
    "{ database: { kind: postgres, spawn: true, rows: 50, writes: 100% }, cache: { kind: redis, spawn: true } }",
  );
  let stores: RunStores;
  beforeAll(async () => {
    stores = await runStores(plan);
  });
  afterAll(() => stores.stop());

  test("read through the cache: a miss asks the database, a hit doesn't", async () => {
    const { ask } = await mockOf(plan, stores, "old");
    const miss = await ask("GET", "/items/7");
    const hit = await ask("GET", "/items/7");
    expect([miss.status, hit.status]).toEqual([200, 200]);
    expect(miss.timing).toMatch(/cache;desc=miss;dur=[\d.]+, db;dur=[\d.]+/);
    expect(hit.timing).toMatch(/cache;desc=hit;dur=[\d.]+$/);
  });

  test("count what they ask: a miss is a query, a hit none, and a write one", async () => {
    const { mock, ask } = await mockOf(plan, stores, "old");
    for (const [method, path] of [
      ["GET", "/items/21"],
      ["GET", "/items/21"],
      ["PUT", "/items/22"],
    ] as const)
      expect((await ask(method, path)).status).toBe(200);
    await endProcess(mock.process, { type: "stop", drainMs: 100 }, 5000);
    const last = mock.messages.findLast((message) => message.type === "stats");
    const use = last?.type === "stats" ? last.storeUse : undefined;
    expect(use).toEqual({
      requests: 3,
      cache: { lookups: 3, hits: 1 },
      database: { reads: 2, writes: 1, ms: expect.any(Number) },
    });
    expect(use?.database?.ms).toBeGreaterThan(0);
  });

  test("write rows that say who wrote them; what only new knows, old leaves as it is", async () => {
    const [old, young] = [await mockOf(plan, stores, "old"), await mockOf(plan, stores, "new")];
    const client = await connectClient(stores.databases.old);
    onTestFinished(() => client.end());
    const row = async () =>
      (await client.query("SELECT value, written_by, note FROM item WHERE id = 9")).rows[0];
    await old.ask("PUT", "/items/9", "first");
    expect(await row()).toEqual({ value: "old first", written_by: "old", note: null });
    await young.ask("PUT", "/items/9", "second");
    expect(await row()).toEqual({ value: "new second", written_by: "new", note: "written by new" });
    await old.ask("PUT", "/items/9", "third");
    expect(await row()).toEqual({ value: "old third", written_by: "old", note: "written by new" });
    expect((await old.ask("GET", "/items/9")).timing).toContain("cache;desc=miss");
  });

  test("change nothing for a GET, nor for the copy of a compared write", async () => {
    const { mock, ask } = await mockOf(plan, stores, "old");
    const client = await connectClient(stores.databases.old);
    onTestFinished(() => client.end());
    await ask("GET", "/items/11");
    await fetch(`http://127.0.0.1:${mock.port}/items/11`, {
      method: "PUT",
      headers: { "x-twinlane-dry-run": "1" },
    });
    const { rows } = await client.query("SELECT value FROM item WHERE id = 11");
    expect(rows).toEqual([{ value: "opening" }]);
  });

  test("go on without the cache, answer 500 without the database, and recover with each", async () => {
    const { ask } = await mockOf(plan, stores, "old");
    await stores.disturb("cache", "crash");
    expect(await ask("GET", "/items/1")).toMatchObject({ status: 200 });
    await stores.disturb("cache", "restart");
    await stores.disturb("database", "crash");
    expect((await ask("PUT", "/items/1")).status).toBe(500);
    expect((await ask("GET", "/health")).status).toBe(503);
    await stores.disturb("database", "restart");
    let health = 503;
    for (let tries = 0; tries < 200 && health !== 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      health = (await ask("GET", "/health")).status;
    }
    expect(health).toBe(200);
    expect((await ask("PUT", "/items/1")).status).toBe(200);
  });

  test("contract the schema once old is gone: from then on new's column must be given", async () => {
    const client = await connectClient(stores.databases.old);
    onTestFinished(() => client.end());
    expect(await stores.contract()).toContain("was contracted");
    await expect(client.query("UPDATE item SET note = NULL WHERE id = 1")).rejects.toThrow("not-null");
  });
});

describeWithServers("mocks whose pool is too small", () => {
  test("answer 503 to whom no connection is left, and serve the others", async () => {
    const plan = planOf("{ database: { kind: postgres, spawn: true, rows: 50, poolSize: 1, writes: 100% } }");
    const stores = await runStores(plan);
    onTestFinished(() => stores.stop());
    const { ask } = await mockOf(plan, stores, "old");
    const client = await connectClient(stores.databases.old);
    onTestFinished(() => client.end());
    await client.query("BEGIN");
    await client.query("SELECT * FROM item WHERE id = 1 FOR UPDATE");
    const blocked = ask("PUT", "/items/1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    const refused = await ask("PUT", "/items/2");
    await client.query("COMMIT");
    expect(refused.status).toBe(503);
    expect((await blocked).status).toBe(200);
    expect((await ask("PUT", "/items/2")).status).toBe(200);
  });
});

describeWithServers("mocks that book transfers", () => {
  test("book each request once however often it comes, in both accounts, by either version", async () => {
    const plan = planOf(
      "{ database: { kind: postgres, spawn: true, content: bank, rows: 10, writes: 100% } }",
    );
    const stores = await runStores(plan);
    onTestFinished(() => stores.stop());
    const [old, young] = [await mockOf(plan, stores, "old"), await mockOf(plan, stores, "new")];
    const client = await connectClient(stores.databases.old);
    onTestFinished(() => client.end());
    const asked = Array.from({ length: 40 }, (_, index) => index % 20).map((number) =>
      (number % 2 === 0 ? old : young).ask("POST", `/accounts/${number}`, `transfer-${number}`),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM booking) AS bookings, (SELECT count(*)::int FROM entry) AS entries,
        (SELECT sum(cents)::int FROM entry) AS moved, (SELECT sum(balance_cents)::int FROM account) AS balance,
        (SELECT count(*)::int FROM booking WHERE channel IS NULL) AS without_channel`,
    );
    expect(rows[0]).toEqual({
      bookings: 20,
      entries: 40,
      moved: 0,
      balance: 10 * 100_000,
      without_channel: 10,
    });
  });
});

describeWithServers("mocks with a database each", () => {
  test("repeat their writes in the other's, and the later write wins in both", async () => {
    const plan = planOf(
      "{ database: { kind: postgres, spawn: true, topology: separate, rows: 5, writes: 100% } }",
    );
    const stores = await runStores(plan);
    onTestFinished(() => stores.stop());
    const [old, young] = [await mockOf(plan, stores, "old"), await mockOf(plan, stores, "new")];
    const asked = Array.from({ length: 100 }, (_, number) =>
      (number % 2 === 0 ? old : young).ask("PUT", `/items/${number % 5}`),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    const clients = [await connectClient(stores.databases.old), await connectClient(stores.databases.new)];
    onTestFinished(async () => {
      await Promise.all(clients.map((client) => client.end()));
    });
    const states = async () =>
      await Promise.all(
        clients.map(async (client) => {
          const { rows } = await client.query("SELECT id, value, written_at_us FROM item ORDER BY id");
          return JSON.stringify(rows);
        }),
      );
    let [ofOld, ofNew] = await states();
    for (let tries = 0; tries < 100 && ofOld !== ofNew; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      [ofOld, ofNew] = await states();
    }
    expect(ofOld).toBe(ofNew);
    expect(ofOld).not.toContain("opening");
  });
});
