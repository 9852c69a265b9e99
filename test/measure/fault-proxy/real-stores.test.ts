import { Redis } from "ioredis";
import { Client } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import type { ProxiedProtocol } from "../../../src/measure/fault-proxy/messages.ts";
import { upstreamOf, urlThrough } from "../../../src/measure/fault-proxy/proxied-url.ts";
import { FaultProxy } from "../../../src/measure/fault-proxy/proxy.ts";
import { connectClient } from "../../../src/measure/stores/prepare-database.ts";
import { startKeeper } from "../../../src/measure/stores/store-keeper.ts";
import { describeWithServers } from "../stores/servers.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A server started for the test, and a proxy before it. */
async function proxiedStore(store: "postgres" | "redis") {
  const keeper = await startKeeper({ name: "database", store, maxConnections: 20 });
  onTestFinished(() => keeper.stop());
  const protocol: ProxiedProtocol = store;
  const listen = { host: "127.0.0.1", port: 0 };
  const upstream = upstreamOf(protocol, keeper.url);
  const proxy = await FaultProxy.start({ name: "database", seed: 1, protocol, upstream, listen });
  onTestFinished(() => proxy.stop());
  return { proxy, url: urlThrough(protocol, keeper.url, { ...listen, port: proxy.port }) };
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  onTestFinished(() => client.end().catch(() => undefined));
  await client.connect();
  return client;
}

describeWithServers("by way of a proxy", () => {
  test("PostgreSQL answers as ever, then with an error, a reset, late, and as ever again", async () => {
    const { proxy, url } = await proxiedStore("postgres");
    // A server that has just been started may refuse for a moment.
    await (await connectClient({ url, schema: "public" })).end();
    const ask = async () => (await (await connected(url)).query("SELECT 7 AS number")).rows;
    expect(await ask()).toEqual([{ number: 7 }]);

    const first = await connected(url);
    await proxy.setFault({ errorShare: 1 });
    await expect(first.query("SELECT 1")).rejects.toMatchObject({ code: "57P01", severity: "FATAL" });
    await expect(connected(url)).rejects.toMatchObject({ code: "57P01" });

    await proxy.setFault({});
    const second = await connected(url);
    await proxy.setFault({ resetShare: 1 });
    await expect(second.query("SELECT 1")).rejects.toMatchObject({ code: "ECONNRESET" });

    await proxy.setFault({});
    const third = await connected(url);
    await proxy.setFault({ slowFactor: 5 });
    const startMs = systemClock.nowMs();
    await third.query("SELECT pg_sleep(0.05)");
    expect(systemClock.nowMs() - startMs).toBeGreaterThan(240);

    await proxy.setFault({});
    expect(await ask()).toEqual([{ number: 7 }]);
  });

  test("Redis answers as ever, then with an error, then not at all until the hang is over", async () => {
    const { proxy, url } = await proxiedStore("redis");
    const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 0 });
    redis.on("error", () => undefined);
    onTestFinished(() => redis.disconnect());
    await redis.set("key", "value");
    await proxy.setFault({ errorShare: 1 });
    await expect(redis.get("key")).rejects.toThrow(/made by a fault of the scenario/);
    await proxy.setFault({ isHanging: true });
    await vi.waitFor(() => expect(redis.status).toBe("connect"), { timeout: 5000 });
    let isAnswered = false;
    const answer = redis.get("key").then((value) => {
      isAnswered = true;
      return value;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnswered).toBe(false);
    await proxy.setFault({});
    expect(await answer).toBe("value");
  });
});
