import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SetMockFault } from "../../src/measure/mock-messages.ts";
import type { StoresPlan } from "../../src/scenario/service-plan.ts";
import { ask, type Reply, type RunningMock, startDatabase, startMock, stop, until } from "./running-mock.ts";

async function troubled(
  fault: Partial<SetMockFault>,
  mock: Parameters<typeof startMock>[0] = {},
  start: Parameters<typeof startMock>[1] = {},
): Promise<RunningMock> {
  const running = await startMock(mock, start);
  onTestFinished(() => running.process.kill("SIGKILL"));
  running.process.send({ type: "fault", slowFactor: undefined, errorShare: undefined, ...fault });
  return running;
}

/** Answers and failures of so many requests, one after the other. */
async function askMany(port: number, count: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const replies: (Reply | string)[] = [];
  for (let index = 0; index < count; index++) {
    replies.push(await ask(port, { agent }).catch((error: NodeJS.ErrnoException) => error.code ?? ""));
  }
  agent.destroy();
  return replies;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

describe("a mock in trouble", () => {
  test("resets the share of connections that it was told to", async () => {
    const { port } = await troubled({ resetShare: 0.3 });
    const replies = await askMany(port, 200);
    const resets = replies.filter((reply) => reply === "ECONNRESET").length;
    expect(resets).toBeGreaterThan(35);
    expect(resets).toBeLessThan(85);
    expect(replies.every((reply) => reply === "ECONNRESET" || typeof reply === "object")).toBe(true);
  });

  test("answers later by the latency, and never sooner than its jitter allows", async () => {
    const { port } = await troubled({ latency: { delayMs: 60, jitterMs: 20 } });
    const replies = await askMany(port, 20);
    const times = replies.map((reply) => (typeof reply === "string" ? 0 : reply.tookMs));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(39.5);
    expect(Math.max(...times)).toBeGreaterThan(60);
  });

  test("sends no faster than its bandwidth, however many ask at once", async () => {
    const { port } = await troubled({ bytesPerSecond: 100_000 }, { responseBytes: 10_000 });
    const startMs = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => ask(port)));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(799);
  });

  test("leaks memory that the system sees, up to its limit", async () => {
    const { process } = await startMock();
    onTestFinished(() => process.kill("SIGKILL"));
    const before = residentBytes(process.pid);
    const leak = { bytesPerSecond: 200e6, limitBytes: 80e6 };
    process.send({ type: "fault", slowFactor: undefined, errorShare: undefined, leak });
    await until(() => residentBytes(process.pid) > before + 75e6);
    await sleep(500);
    expect(residentBytes(process.pid)).toBeLessThan(before + 130e6);
  });

  test("burns the share of a core that was taken from it", async () => {
    const { process } = await troubled({ theftShare: 0.3 });
    const ticks = () => {
      const stat = readFileSync(`/proc/${process.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return Number(stat[11]) + Number(stat[12]);
    };
    await sleep(300);
    const [before, startMs] = [ticks(), performance.now()];
    await sleep(2000);
    const share = ((ticks() - before) * 10) / (performance.now() - startMs);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
  });

  test("stands still for its time with its connections open, then answers what had waited", async () => {
    const { port, process } = await startMock();
    onTestFinished(() => process.kill("SIGKILL"));
    process.send({ type: "hang", forMs: 700 });
    await sleep(100);
    const reply = await ask(port);
    expect(reply.status).toBe(200);
    expect(reply.tookMs).toBeGreaterThan(400);
  });

  test("is its old self when the fault is over", async () => {
    const { port, process } = await troubled({
      resetShare: 1,
      errorShare: 1,
      latency: { delayMs: 500, jitterMs: 0 },
    });
    expect(await askMany(port, 3)).toEqual(["ECONNRESET", "ECONNRESET", "ECONNRESET"]);
    process.send({ type: "fault", slowFactor: undefined, errorShare: undefined });
    await sleep(50);
    for (const reply of await askMany(port, 3)) expect(reply).toMatchObject({ status: 200 });
  });
});

describe("stores in trouble", () => {
  const stores: StoresPlan = {
    database: {
      kind: "modelled",
      topology: "shared",
      limitPerSecond: 1000,
      readsPerRequest: 1,
      writeShare: 0,
      readMs: 1,
      writeMs: 1,
    },
    cache: { kind: "modelled", hitRatio: 1, hitMs: 0 },
  };

  test("a cache that is out lets every read through", async () => {
    const mock = await startMock({}, { stores: { ...stores, database: undefined } });
    onTestFinished(() => mock.process.kill("SIGKILL"));
    const cacheOf = async () => String((await ask(mock.port)).headers["server-timing"]);
    expect(await cacheOf()).toContain("cache;desc=hit");
    mock.process.send({ type: "fault", slowFactor: undefined, errorShare: undefined, isCacheOut: true });
    await sleep(50);
    expect(await cacheOf()).toContain("cache;desc=miss");
  });

  test("a database that fails gives errors, one that is slow takes longer", async () => {
    const database = await startDatabase({ limitPerSecond: 1000, readMs: 5 });
    const mock = await startMock({}, { stores: { ...stores, cache: undefined }, database: database.address });
    onTestFinished(() => {
      mock.process.kill("SIGKILL");
      database.process.kill("SIGKILL");
    });
    database.process.send({ type: "fault", slowFactor: 10, errorShare: undefined });
    await sleep(50);
    const slow = await ask(mock.port);
    expect(slow.status).toBe(200);
    expect(slow.tookMs).toBeGreaterThanOrEqual(49);
    database.process.send({ type: "fault", slowFactor: undefined, errorShare: 1 });
    await sleep(50);
    expect(await ask(mock.port)).toMatchObject({
      status: 500,
      body: expect.stringContaining("gave an error"),
    });
    await stop(mock.process);
  });
});
