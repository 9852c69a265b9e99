import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import {
  answersWith,
  eventually,
  healthPlan,
  type RawUpstream,
  type Rig,
  splitPlan,
  startRawUpstream,
  startRig,
  talk,
} from "./rig.ts";

/** What services meet that know nothing of this splitter. */

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const toNew = { ...splitPlan, newPerMillion: 1_000_000 };
const answered = (text: string) => /\r\n\r\n./s.test(text);

const started: { stop(): Promise<unknown> }[] = [];
async function kept<T extends Rig | RawUpstream>(thing: Promise<T>): Promise<T> {
  started.unshift(await thing);
  return thing;
}

afterEach(async () => {
  for (const thing of started.splice(0)) await thing.stop();
});

async function freedUrl(): Promise<string> {
  const gone = await startRawUpstream(() => undefined);
  await gone.stop();
  return gone.url;
}

async function startServer(onRequest: http.RequestListener): Promise<{ readonly url: string }> {
  const server = http.createServer(onRequest);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  started.push({
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}` };
}

/** Answers every page with this status. */
function startPages(statusOf: (url: string) => number): Promise<{ readonly url: string }> {
  return startServer((request, response) => {
    response.statusCode = statusOf(request.url ?? "");
    response.end("ok");
  });
}

describe("a refused connection", () => {
  const head = "POST /pay HTTP/1.1\r\nHost: h\r\n";
  it.each([
    ["without a body", [`${head}Content-Length: 0\r\n\r\n`]],
    ["with a body at hand", [`${head}Content-Length: 3\r\n\r\nabc`]],
    ["with a body that comes later", [`${head}Content-Length: 6\r\n\r\nabc`, "def"]],
    ["with chunks", [`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, "0\r\n\r\n"]],
  ])("moves a POST %s to the other version, which gets it whole and once", async (_name, pieces) => {
    const old = await kept(
      startRawUpstream((connection) => {
        const body = connection.received.split("\r\n\r\n").slice(1).join("\r\n\r\n");
        const isWhole = /^$|^abc$/.test(body) ? pieces.length === 1 : /^abcdef$|0\r\n\r\n$/.test(body);
        if (isWhole && connection.answered++ === 0) connection.socket.write(ok);
      }),
    );
    const upstreams = { old: [old.url], new: [await freedUrl()] };
    const rig = await kept(startRig({ split: toNew, upstreams, health: { intervalMs: 5000 } }));
    const { text } = await talk(rig.splitter.port, pieces, { until: answered });
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text).toContain("x-twinlane-version: old\r\n");
    expect(old.received().match(/POST/g)).toHaveLength(1);
    expect(rig.splitter.takeStats().versions.new.rerouted).toBe(1);
  });
});

describe("a connection that has long been idle", () => {
  it("carries no POST, which could not be sent again, and does carry a GET", async () => {
    const upstream = await kept(startRawUpstream(answersWith(ok)));
    const rig = await kept(
      startRig({ upstreams: { old: [upstream.url], new: [] }, limits: { unrepeatableIdleMs: 40 } }),
    );
    const ask = (method: string) =>
      talk(rig.splitter.port, [`${method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n`], {
        until: answered,
      });
    await ask("GET");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await ask("GET");
    expect(upstream.connections).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await ask("POST");
    expect(upstream.connections).toHaveLength(2);
  });
});

describe("the health check", () => {
  const rows: readonly (readonly [string, number, boolean, boolean])[] = [
    ["takes a page that is missing for life where none was named", 404, true, true],
    ["takes a page that asks for a login for life where none was named", 401, true, true],
    ["holds a failing page for trouble even where none was named", 503, true, false],
    ["wants a 2xx of a page that was named", 404, false, false],
  ];
  it.each(rows)("%s", async (_name, status, anyPage, isAlive) => {
    const service = await startPages((url) => (url === "/health" ? status : 200));
    const upstreams = { old: [service.url], new: [service.url] };
    const rig = await kept(
      startRig({ upstreams, health: { intervalMs: 10, unhealthyAfter: 1, healthyAfter: 1, anyPage } }),
    );
    if (!isAlive) await eventually(() => !rig.splitter.isHealthy("old"));
    else await new Promise((resolve) => setTimeout(resolve, 200));
    expect(rig.splitter.isHealthy("old")).toBe(isAlive);
    const { text } = await talk(rig.splitter.port, ["GET / HTTP/1.1\r\nHost: h\r\n\r\n"], {
      until: answered,
    });
    expect(text).toMatch(isAlive ? /^HTTP\/1\.1 200/ : /^HTTP\/1\.1 503/);
  });
});

describe("the Host header", () => {
  it("is the one of the real service, in requests, copies and health checks; elsewhere the client's own", async () => {
    const seen = { old: new Set<string>(), new: new Set<string>() };
    const start = async (version: "old" | "new") => {
      const { url } = await startServer((request, response) => {
        const { url: page, headers } = request;
        seen[version].add(`${page} ${headers.host}${headers["x-twinlane-mirror"] === "1" ? " copy" : ""}`);
        response.end("hi");
      });
      return url;
    };
    const urls = { old: await start("old"), new: await start("new") };
    const rig = await kept(
      startRig({
        upstreams: { old: [urls.old], new: [urls.new] },
        hostHeaders: { old: undefined, new: "shop.example:8443" },
        health: healthPlan,
        mirror: {
          to: "new",
          perMillion: 1_000_000,
          methods: ["GET"],
          deadlineMs: 1000,
          maxInFlight: 4,
          maxBodyBytes: 100,
        },
      }),
    );
    const get = (path: string) =>
      talk(rig.splitter.port, [`GET ${path} HTTP/1.1\r\nA: 1\r\nHost: client.example\r\n\r\n`], {
        until: (text) => text.endsWith("hi"),
      });
    await get("/1");
    await eventually(() => seen.new.has("/1 shop.example:8443 copy"));
    rig.splitter.setSplit({ newPerMillion: 1_000_000, caller: "test", reason: "all" });
    await get("/2");
    await eventually(() => seen.new.has("/health shop.example:8443"));
    expect([...seen.old].toSorted()).toEqual(["/1 client.example", `/health ${urls.old.slice(7)}`]);
    expect([...seen.new].toSorted()).toEqual([
      "/1 shop.example:8443 copy",
      "/2 shop.example:8443",
      "/health shop.example:8443",
    ]);
  });

  const plan = (service: string) => {
    const parsed = parseScenario(
      `name: real\nworkload: { ratePerSecond: 1/s }\nservices: { new: ${service} }\n`,
      { file: "s.yaml" },
    );
    return parsed.ok
      ? planScenario(parsed.scenario).services.new
      : parsed.problems.map(formatProblem).join("\n");
  };

  it.each([
    ['{ url: "http://127.0.0.1:8081/a" }', { target: { host: "127.0.0.1:8081" }, health: { anyPage: true } }],
    ['{ url: "http://shop.example" }', { target: { host: "shop.example" } }],
    ['{ url: "http://127.0.0.1", host: "shop.example:1" }', { target: { host: "shop.example:1" } }],
    [
      '{ url: "http://127.0.0.1", health: { path: /health } }',
      { health: { path: "/health", anyPage: false } },
    ],
    ["{ mock: {} }", { health: { path: "/health", anyPage: false } }],
  ])("and the health page follow from the scenario: %s", (service, expected) => {
    expect(plan(service)).toMatchObject(expected);
  });

  it("is refused beside a mock", () => {
    expect(plan("{ mock: {}, host: a.example }")).toMatch(/goes with a url/);
  });
});
