import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endProcess } from "../../src/measure/child-process.ts";
import { RunningSplitter } from "../../src/measure/running-splitter.ts";
import type { FromSplitter, SplitterEvent } from "../../src/splitter/messages.ts";
import { planText } from "../scenario/scenario-text.ts";

let service: http.Server;
let splitter: RunningSplitter;
let served = 0;

beforeEach(async () => {
  served = 0;
  service = http.createServer((request, response) => {
    if (request.url !== "/health") served++;
    request.resume().on("end", () => setTimeout(() => response.end("ok"), 2));
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${(service.address() as net.AddressInfo).port}`;
  const services = { urls: { old: [url], new: [url] } };
  splitter = await RunningSplitter.start({
    plan: planText("name: replaced\nworkload: { ratePerSecond: 1/s }\nsplit: { new: 50% }\n"),
    services,
  });
});

afterEach(async () => {
  await endProcess(splitter.child, { type: "stop", drainMs: 1000 }, 5000);
  await splitter.left();
  service.close();
  service.closeAllConnections();
});

/** Asks without a pause until told to stop; every request on the agent's terms. */
function startLoad(agent: http.Agent, method: string, tally: { ok: number; failed: string[] }) {
  let isDone = false;
  const ask = () =>
    new Promise<void>((resolve) => {
      const options = { port: splitter.port, host: "127.0.0.1", method, agent, path: "/x" };
      const request = http.request(options, (response) => {
        if (response.statusCode === 200) tally.ok++;
        else tally.failed.push(`status ${response.statusCode}`);
        response.resume().on("end", resolve);
      });
      request.on("error", (error) => {
        tally.failed.push(error.message);
        resolve();
      });
      request.end(method === "POST" ? "body" : undefined);
    });
  const ended = (async () => {
    while (!isDone) await ask();
  })();
  return {
    async stop() {
      isDone = true;
      await ended;
    },
  };
}

test("a fresh process takes over under load, again and again, and no request fails", async () => {
  const tally = { ok: 0, failed: [] as string[] };
  const kept = new http.Agent({ keepAlive: true });
  const fresh = new http.Agent({ keepAlive: false });
  const loads = Array.from({ length: 12 }, (_, index) =>
    startLoad(index % 3 === 0 ? fresh : kept, index % 2 === 0 ? "GET" : "POST", tally),
  );
  const pids = new Set([splitter.child.pid]);
  const { port, admin } = splitter;
  splitter.child.send({ type: "set-split", newPerMillion: 250_000, caller: "test", reason: "first" });
  for (let time = 0; time < 3; time++) {
    const before = tally.ok;
    while (tally.ok < before + 200) await new Promise((resolve) => setTimeout(resolve, 5));
    await splitter.replace();
    pids.add(splitter.child.pid);
  }
  const before = tally.ok;
  while (tally.ok < before + 200) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const load of loads) await load.stop();
  kept.destroy();
  expect(tally.failed).toEqual([]);
  expect(tally.ok).toBe(served);
  expect(pids.size).toBe(4);
  expect([splitter.port, splitter.admin]).toEqual([port, admin]);
  const answer = await fetch(`${admin.url}/split`, { headers: { authorization: `Bearer ${admin.token}` } });
  expect(await answer.json()).toEqual({ newPerMillion: 250_000, by: "user" });
}, 60_000);

test("what the process before served is told by it, and it ends when its last connection has", async () => {
  const stats: FromSplitter[] = [];
  splitter.child.onReport((report) => stats.push(report));
  const agent = new http.Agent({ keepAlive: true });
  const tally = { ok: 0, failed: [] as string[] };
  const load = startLoad(agent, "GET", tally);
  while (tally.ok < 50) await new Promise((resolve) => setTimeout(resolve, 5));
  await splitter.replace();
  while (tally.ok < 100) await new Promise((resolve) => setTimeout(resolve, 5));
  await load.stop();
  agent.destroy();
  await splitter.left();
  await endProcess(splitter.child, { type: "stop", drainMs: 1000 }, 5000);
  const received = stats.reduce(
    (sum, report) =>
      sum + (report.type === "stats" ? report.versions.old.received + report.versions.new.received : 0),
    0,
  );
  expect(tally.failed).toEqual([]);
  expect(received).toBe(tally.ok);
}, 60_000);

test("a process that takes over goes on with the share, the health, the ejections and the breaker", async () => {
  const events: SplitterEvent[] = [];
  splitter.child.onReport((report) => {
    if (report.type === "event") events.push(report);
  });
  const kindsOf = () => events.map(({ kind }) => kind);
  const dead = "http://127.0.0.1:1";
  splitter.child.send({ type: "set-upstreams", version: "new", urls: [dead] });
  splitter.child.send({ type: "set-split", newPerMillion: 400_000, caller: "test", reason: "forty" });
  while (!kindsOf().includes("unhealthy")) await new Promise((resolve) => setTimeout(resolve, 5));
  const seen = events.length;
  await splitter.replace();
  while (!kindsOf().includes("took-over")) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(events.find(({ kind }) => kind === "took-over")?.reason).toBe(
    "went on from the process before: 1 of 2 addresses out",
  );
  const { admin } = splitter;
  const ask = async (path: string) =>
    await (
      await fetch(`${admin.url}${path}`, { headers: { authorization: `Bearer ${admin.token}` } })
    ).json();
  expect(await ask("/health")).toEqual({ old: { healthy: true }, new: { healthy: false } });
  expect(await ask("/split")).toMatchObject({ newPerMillion: 400_000 });
  const later = kindsOf().slice(seen);
  expect(later).not.toContain("unhealthy");
  expect(later).not.toContain("split");
}, 30_000);
