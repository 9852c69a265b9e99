import { Agent, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxRequestBodyBytes } from "../../mock-services/request-body.ts";
import type { MockStats } from "../../src/measure/mock-messages.ts";
import { ask, type RunningMock, startMock, stop, timing, until } from "./running-mock.ts";

describe("a mock service", () => {
  let mock: RunningMock;
  beforeAll(async () => {
    mock = await startMock(
      { serviceTime: { law: "constant", ms: 5 } },
      { label: "shop ☕ 1.4", headerControl: true },
    );
  });
  afterAll(() => stop(mock.process));

  test("answers with its version, its label and where the time went", async () => {
    const reply = await ask(mock.port);
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "200",
      "x-twinlane-version": "old",
      "x-version": "shop ? 1.4",
    });
    expect(JSON.parse(reply.body)).toMatchObject({ version: "old", path: "/items/7", item: "7" });
    expect(timing(reply, "service")).toBeGreaterThanOrEqual(5);
    expect(timing(reply, "queue") + timing(reply, "service")).toBeLessThanOrEqual(reply.tookMs);
  });

  test("answers HEAD like GET, without the body", async () => {
    const reply = await ask(mock.port, { method: "HEAD" });
    expect([reply.status, reply.headers["content-length"], reply.body]).toEqual([200, "200", ""]);
  });

  test.each([
    ["announced", {}],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("reads a body that is %s", async (_, headers) => {
    const reply = await ask(mock.port, { method: "POST", path: "/pay", body: "x".repeat(100_000), headers });
    expect([reply.status, JSON.parse(reply.body).path]).toEqual([200, "/pay"]);
  });

  test("refuses a body beyond its bound as soon as it is announced", async () => {
    const headers = { "content-length": String(maxRequestBodyBytes + 1) };
    const reply = await new Promise((resolve, reject) => {
      const outgoing = request(
        { host: "127.0.0.1", port: mock.port, method: "POST", headers, agent: false },
        (response) => {
          resolve([response.statusCode, response.headers.connection]);
          outgoing.destroy();
        },
      );
      outgoing.on("error", reject);
      outgoing.flushHeaders();
    });
    expect(reply).toEqual([413, "close"]);
  });

  test("refuses a body in chunks once it has grown beyond its bound", async () => {
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(
        { host: "127.0.0.1", port: mock.port, method: "POST", agent: false },
        (response) => {
          resolve(response.statusCode);
          outgoing.destroy();
        },
      );
      outgoing.on("error", reject);
      outgoing.write(Buffer.alloc(maxRequestBodyBytes + 1));
    });
    expect(status).toBe(413);
  });

  test("keeps a connection open between requests", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const replies = [await ask(mock.port, { agent }), await ask(mock.port, { agent })];
    agent.destroy();
    expect(replies.map(({ headers }) => headers.connection)).toEqual(["keep-alive", "keep-alive"]);
  });

  test.each([0.4, 5.3, 30])("waits %d ms when a request asks for it, never less", async (delayMs) => {
    const headers = { "x-mock-delay-ms": String(delayMs) };
    const replies = [];
    for (let count = 0; count < 20; count++) replies.push(await ask(mock.port, { headers }));
    const services = replies.map((reply) => timing(reply, "service")).toSorted((a, b) => a - b);
    expect(services[0]).toBeGreaterThanOrEqual(delayMs);
    expect(services[10]).toBeLessThan(delayMs + 25);
  });

  test.each([
    [{ "x-mock-status": "503", "x-mock-bytes": "1000" }, 503, "1000"],
    [{ "x-mock-status": "204" }, 204, undefined],
    [{ "x-mock-status": "often" }, 400, "83"],
  ])("answers as a request asks for: %o", async (headers, status, length) => {
    const reply = await ask(mock.port, { headers });
    expect([reply.status, reply.headers["content-length"]]).toEqual([status, length]);
  });

  test("shows a health page that takes no slot", async () => {
    const reply = await ask(mock.port, { path: "/health" });
    expect([reply.status, JSON.parse(reply.body)]).toEqual([200, { version: "old", status: "healthy" }]);
    expect(reply.headers["server-timing"]).toBeUndefined();
  });
});

test("slots beyond their number wait in line, and beyond the line are refused at once", async () => {
  const mock = await startMock({
    serviceTime: { law: "constant", ms: 400 },
    concurrency: 2,
    queue: 3,
  });
  const order: number[] = [];
  const replies = await Promise.all(
    Array.from({ length: 9 }, async () => {
      const reply = await ask(mock.port);
      order.push(reply.status);
      return reply;
    }),
  );
  await stop(mock.process);
  expect(order).toEqual([503, 503, 503, 503, 200, 200, 200, 200, 200]);
  const refused = replies.find(({ status }) => status === 503);
  expect(refused?.headers["retry-after"]).toBe("1");
  const waits = replies
    .filter(({ status }) => status === 200)
    .map((reply) => Math.round(timing(reply, "queue") / 400));
  expect(waits.toSorted()).toEqual([0, 0, 1, 1, 2]);
});

test("errors come in the share of the plan, of a fault while it lasts, and are counted apart from mirrored ones", async () => {
  const mock = await startMock({ errorShare: 0.3 });
  const statuses = async (headers: Record<string, string> = {}) => {
    const replies = [];
    for (let count = 0; count < 100; count++) replies.push(await ask(mock.port, { headers }));
    return replies.filter(({ status }) => status === 500).length;
  };
  const planned = await statuses();
  mock.process.send({ type: "fault", slowFactor: undefined, errorShare: 1 });
  const broken = await statuses({ "x-twinlane-mirror": "1" });
  mock.process.send({ type: "fault", slowFactor: undefined, errorShare: undefined });
  const mended = await statuses();
  const stats = await statsWhere(mock, ({ users }) => users.served + users.errors === 200);
  await stop(mock.process);
  for (const errors of [planned, mended]) {
    expect(errors).toBeGreaterThan(30 - 4.5 * Math.sqrt(21));
    expect(errors).toBeLessThan(30 + 4.5 * Math.sqrt(21));
  }
  expect(broken).toBe(100);
  expect(stats.users).toMatchObject({ errors: planned + mended, served: 200 - planned - mended });
  expect(stats.mirrored).toEqual({ served: 0, errors: 100, rejected: 0, abandoned: 0 });
});

test("a service is slow after its start, and while it is made slow", async () => {
  const mock = await startMock({
    serviceTime: { law: "constant", ms: 10 },
    coldStart: { forMs: 3_600_000, factor: 5 },
  });
  const cold = timing(await ask(mock.port), "service");
  mock.process.send({ type: "fault", slowFactor: 3, errorShare: undefined });
  await ask(mock.port);
  const slow = timing(await ask(mock.port), "service");
  await stop(mock.process);
  expect(cold).toBeGreaterThan(49);
  expect(slow).toBeGreaterThan(149);
});

test("CPU is really burned, and reported", async () => {
  const mock = await startMock({ cpuPerRequestMs: 4 });
  for (let count = 0; count < 50; count++) await ask(mock.port);
  const stats = await statsWhere(mock, ({ users }) => users.served === 50);
  await stop(mock.process);
  expect(stats.cpuBurnedMs).toBeGreaterThanOrEqual(199);
  expect(stats.cpuBurnedMs).toBeLessThan(215);
});

test("a caller that goes away is counted, and its work is still done", async () => {
  const mock = await startMock({ serviceTime: { law: "constant", ms: 500 } });
  const outgoing = request({ host: "127.0.0.1", port: mock.port, agent: false });
  outgoing.on("error", () => undefined);
  outgoing.on("finish", () => outgoing.destroy());
  outgoing.end();
  const stats = await statsWhere(mock, ({ users }) => users.abandoned === 1);
  await stop(mock.process);
  expect(stats.users).toEqual({ served: 1, errors: 0, rejected: 0, abandoned: 1 });
});

async function statsWhere(mock: RunningMock, holds: (stats: MockStats) => boolean): Promise<MockStats> {
  const find = () =>
    mock.messages.findLast((message) => message.type === "stats" && holds(message)) as MockStats | undefined;
  await until(() => find() !== undefined);
  const found = find();
  if (found === undefined) throw new Error("found a moment ago");
  return found;
}
