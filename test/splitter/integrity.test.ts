import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomStream, type Uniform } from "../../src/base/random.ts";
import { type Rig, splitPlan, startRig } from "./rig.ts";

/** An echo behind the splitter: what comes back must be what was sent, whatever the framing and the sizes. */
let rig: Rig;
let upstream: http.Server;

beforeAll(async () => {
  upstream = http.createServer(async (request, response) => {
    if (request.url === "/health") {
      response.end();
      return;
    }
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    if (request.headers["x-chunks"] === "1") {
      for (let at = 0; at < body.length; at += 10_000) response.write(body.subarray(at, at + 10_000));
      response.addTrailers({ "x-sum": digest(body) });
      response.end();
    } else response.writeHead(200, { "content-length": body.length }).end(body);
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const url = `http://127.0.0.1:${(upstream.address() as net.AddressInfo).port}`;
  const mirror = {
    to: "new",
    perMillion: 500_000,
    methods: ["PUT", "POST"],
    deadlineMs: 5000,
    maxInFlight: 4,
    maxBodyBytes: 100_000,
  } as const;
  rig = await startRig({
    upstreams: { old: [url, url.replace("127.0.0.1", "localhost")], new: [url] },
    split: { ...splitPlan, newPerMillion: 300_000 },
    mirror,
  });
});

afterAll(async () => {
  await rig.stop();
  upstream.close();
  upstream.closeAllConnections();
});

const sizes = [0, 1, 100, 4096, 16_383, 16_384, 16_385, 65_536, 70_000, 300_000];

describe("bodies of any size and framing", () => {
  it("come through unchanged, both ways, many at once", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const users = Array.from({ length: 8 }, async (_, index) => {
      const uniform = randomStream(7, "bodies", index);
      for (let count = 0; count < 40; count++) await echo(agent, uniform);
    });
    await Promise.all(users);
    agent.destroy();
    const { versions, mirror } = rig.splitter.takeStats();
    expect(versions.old.answered["2xx"] + versions.new.answered["2xx"]).toBe(320);
    expect(mirror.copied + mirror.dropped + mirror.tooLarge).toBeGreaterThan(0);
  });
});

async function echo(agent: http.Agent, uniform: Uniform): Promise<void> {
  const size = sizes[Math.floor(uniform() * sizes.length) % sizes.length] ?? 0;
  const body = Buffer.from(Uint8Array.from({ length: size }, () => uniform() * 256));
  const sendsLength = uniform() < 0.5;
  const wantsChunks = uniform() < 0.5;
  const request = http.request({
    agent,
    host: "127.0.0.1",
    port: rig.splitter.port,
    method: uniform() < 0.5 ? "PUT" : "POST",
    path: `/${size}`,
    headers: { "x-chunks": wantsChunks ? "1" : "0", ...(sendsLength ? { "content-length": size } : {}) },
  });
  for (let at = 0; at < size; ) {
    const next = at + 1 + Math.floor(uniform() * 20_000);
    request.write(body.subarray(at, next));
    at = next;
    if (uniform() < 0.3) await new Promise((resolve) => setImmediate(resolve));
  }
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const answer = await buffer(response);
  expect(response.statusCode).toBe(200);
  expect(answer.length).toBe(size);
  expect(digest(answer)).toBe(digest(body));
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
