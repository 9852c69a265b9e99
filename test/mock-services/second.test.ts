import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { SecondCallPlan } from "../../src/scenario/second-service-plan.ts";
import { ask, type RunningMock, startMock, stop } from "./running-mock.ts";

const plan: SecondCallPlan = { passOn: ["x-user-id"], deadlineMs: 5000, maxInFlight: 4 };

type Second = { readonly port: number; readonly seen: readonly IncomingHttpHeaders[] };

/** A second service that answers as the version says, or never. */
async function secondService(version: string | undefined, status = 200): Promise<Second> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    if (version !== undefined) response.writeHead(status, { "x-twinlane-version": version }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

async function mockBefore(port: number | undefined, changes: Partial<SecondCallPlan> = {}) {
  const mock = await startMock({}, { second: { ...plan, ...changes } });
  if (port !== undefined) mock.process.send({ type: "call-second", address: { host: "127.0.0.1", port } });
  return mock;
}

/** What the mock has counted in all; it ends. */
async function callsOf(mock: RunningMock) {
  await stop(mock.process);
  const stats = mock.messages.filter((message) => message.type === "stats");
  return stats.at(-1)?.calls;
}

test("each request of a user makes one call, counted by the version that answered", async () => {
  const { port, seen } = await secondService("new");
  const mock = await mockBefore(port);
  for (let count = 0; count < 3; count++) expect((await ask(mock.port)).status).toBe(200);
  await ask(mock.port, { headers: { "x-twinlane-mirror": "1" } });
  expect(seen).toHaveLength(3);
  expect(await callsOf(mock)).toEqual({ old: 0, new: 3, failed: 0 });
});

test("only the headers that are to be passed on are", async () => {
  const { port, seen } = await secondService("old");
  const mock = await mockBefore(port);
  await ask(mock.port, { headers: { "X-User-Id": "u7", "x-beta": "1" } });
  await ask(mock.port);
  expect(seen.map((headers) => [headers["x-user-id"], headers["x-beta"]])).toEqual([
    ["u7", undefined],
    [undefined, undefined],
  ]);
  expect(await callsOf(mock)).toEqual({ old: 2, new: 0, failed: 0 });
});

test.each<[what: string, version: string | undefined, status: number]>([
  ["never answers", undefined, 200],
  ["answers with an error", "old", 503],
  ["says no version", "neither", 200],
])(
  "a call of a second service that %s has failed, and its request is an error",
  async (_, version, status) => {
    const { port } = await secondService(version, status);
    const mock = await mockBefore(port, { deadlineMs: 300 });
    expect(await ask(mock.port)).toMatchObject({
      status: 500,
      body: expect.stringContaining("second service"),
    });
    expect(await callsOf(mock)).toEqual({ old: 0, new: 0, failed: 1 });
  },
);

test("calls beyond the bound fail at once", async () => {
  const { port } = await secondService(undefined);
  const mock = await mockBefore(port, { deadlineMs: 3000, maxInFlight: 2 });
  const replies = await Promise.all(Array.from({ length: 5 }, () => ask(mock.port)));
  const fast = replies.filter(({ tookMs }) => tookMs < 2500);
  expect(fast).toHaveLength(3);
  expect(await callsOf(mock)).toEqual({ old: 0, new: 0, failed: 5 });
});

test("without a second service to be found every call fails", async () => {
  const mock = await mockBefore(undefined);
  expect((await ask(mock.port)).status).toBe(500);
  expect(await callsOf(mock)).toEqual({ old: 0, new: 0, failed: 1 });
});
