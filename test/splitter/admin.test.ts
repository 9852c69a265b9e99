import { once } from "node:events";
import { linkSync, mkdtempSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { type Admin, startAdmin } from "../../src/splitter/admin.ts";
import { answersWith, type RawUpstream, type Rig, startRawUpstream, startRig, talk } from "./rig.ts";

const token = "correct-horse-battery-staple";
let rig: Rig;
let upstream: RawUpstream;
let admin: Admin;

beforeEach(async () => {
  upstream = await startRawUpstream(answersWith("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  rig = await startRig({ upstreams: { old: [upstream.url], new: [upstream.url] } });
  admin = await startAdmin({ host: "127.0.0.1", port: 0, token }, rig.splitter);
});

afterEach(async () => {
  await admin.stop();
  await rig.stop();
  await upstream.stop();
});

type Call = {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
};

async function call({ path = "/split", method = "GET", body, headers = {} }: Call) {
  const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

const put = (body: string, headers: Record<string, string> = {}) => call({ method: "PUT", body, headers });

describe("the admin endpoint", () => {
  it("sets a header's route, and refuses copies where there is no mirror", async () => {
    const route = await put(
      '{"new": 0, "headerRoute": {"header": "X-Beta", "equals": "1"}, "reason": "testers"}',
    );
    const headerRoute = { header: "x-beta", equals: "1" };
    expect(JSON.parse(route.text)).toEqual({ newPerMillion: 0, by: "request", headerRoute });
    const copies = await put('{"new": 1, "mirror": "10%", "reason": "copies"}');
    expect(copies.status).toBe(409);
    expect(copies.text).toContain("started without a mirror");
    expect(rig.splitter.router.newPerMillion).toBe(0);
    expect(rig.events.at(-1)?.kind).toBe("split-refused");
    expect(JSON.parse((await put('{"new": 0, "headerRoute": null, "reason": "no more"}')).text)).toEqual({
      newPerMillion: 0,
      by: "request",
    });
  });

  it("reads and sets the split, and the change is reported with its caller and reason", async () => {
    expect(JSON.parse((await call({})).text)).toEqual({ newPerMillion: 0, by: "request" });
    const answer = await put('{"new": "0.01%", "reason": "first step"}');
    expect(answer.status).toBe(200);
    expect(rig.splitter.router.newPerMillion).toBe(100);
    expect(rig.events.at(-1)).toMatchObject({
      kind: "split",
      reason: "first step",
      fromPerMillion: 0,
      toPerMillion: 100,
    });
    expect(rig.events.at(-1)?.caller).toMatch(/^admin 127\.0\.0\.1:\d+$/);
    expect((await put('{"new": 0.25, "reason": "r"}')).status).toBe(200);
    expect(rig.splitter.router.newPerMillion).toBe(250_000);
  });

  const invalid = [
    "",
    "null",
    "[]",
    "{}",
    "{",
    '{"new": "25%"}',
    '{"new": "25%", "reason": " "}',
    '{"new": "101%", "reason": "r"}',
    '{"new": "-1%", "reason": "r"}',
    '{"new": 25, "reason": "r"}',
    '{"new": "NaN", "reason": "r"}',
    '{"new": true, "reason": "r"}',
    '{"new": "5%", "reason": "r", "old": "95%"}',
    `{"new": "5%", "reason": "${"r".repeat(501)}"}`,
  ];
  it.each(invalid)("refuses %s and changes nothing", async (body) => {
    const { status, text } = await put(body);
    expect(status).toBe(400);
    expect(text).toContain("a share from 0% to 100% and a reason");
    expect(rig.splitter.router.newPerMillion).toBe(0);
    expect(rig.events).toEqual([]);
  });

  it("lets nobody in without the token", async () => {
    for (const authorization of ["", "Bearer", "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`, token]) {
      expect((await call({ headers: { authorization } })).status, authorization).toBe(401);
    }
  });

  it("refuses foreign hosts, foreign pages, other types and large bodies", async () => {
    const own = `127.0.0.1:${admin.port}`;
    const raw = (host: string, more: string) =>
      talk(admin.port, [
        `GET /split HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n${more}Connection: close\r\n\r\n`,
      ]);
    expect((await raw(own, "")).text).toMatch(/^HTTP\/1\.1 200/);
    expect((await raw(`localhost:${admin.port}`, "")).text).toMatch(/^HTTP\/1\.1 200/);
    expect((await raw(`evil.example:${admin.port}`, "")).text).toMatch(/^HTTP\/1\.1 421/);
    expect((await raw("127.0.0.1:1", "")).text).toMatch(/^HTTP\/1\.1 421/);
    expect((await raw(own, "Origin: http://evil.example\r\n")).text).toMatch(/^HTTP\/1\.1 403/);
    expect((await raw(own, "Origin: null\r\n")).text).toMatch(/^HTTP\/1\.1 403/);
    expect((await put("new=1", { "content-type": "text/plain" })).status).toBe(415);
    expect((await put(`{"new": "5%", "reason": "${"r".repeat(9000)}"}`)).status).toBe(413);
    expect((await call({ path: "/" })).status).toBe(404);
    expect((await call({ method: "POST", body: "{}" })).status).toBe(404);
  });

  it("tells health, counts since the start, and a page for Prometheus", async () => {
    await talk(rig.splitter.port, ["GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"]);
    rig.splitter.takeStats();
    await talk(rig.splitter.port, ["GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"]);
    expect(JSON.parse((await call({ path: "/health" })).text)).toEqual({
      old: { healthy: true },
      new: { healthy: true },
    });
    const stats = JSON.parse((await call({ path: "/stats" })).text);
    expect(stats.versions.old).toMatchObject({ received: 2, answered: { "2xx": 2 } });
    const { text } = await call({ path: "/metrics" });
    expect(text).toContain(
      'twinlane_requests_answered_total{twinlane_version="old",twinlane_status="2xx"} 2\n',
    );
    expect(text).toContain('twinlane_request_duration_seconds_bucket{twinlane_version="old",le="+Inf"} 2\n');
    expect(text).toContain('twinlane_split_weight_ratio{twinlane_version="old"} 1\n');
    expect(text).toMatch(/^(?:(?:# (?:HELP|TYPE) .+|[a-z_]+\{[^}]*\} [\d.e+-]+)\n)+$/);
  });

  it("turns away more calls than its budget, and guesses sooner", async () => {
    const statuses = async (calls: number, headers: Record<string, string>) => {
      const given: number[] = [];
      const callers = Array.from({ length: 8 }, async () => {
        while (given.length < calls) given.push((await call({ headers })).status);
      });
      await Promise.all(callers);
      return given;
    };
    const guesses = await statuses(60, { authorization: "Bearer guess" });
    expect(guesses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(10);
    expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(20);
    expect((await call({})).status).toBe(200);
    const calls = await statuses(1500, {});
    expect(calls.filter((status) => status === 200).length).toBeGreaterThanOrEqual(199);
    expect(calls).toContain(429);
  });

  it("listens at a socket file of this user alone, in place of one that was left behind", async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-admin-"));
    const socketPath = path.join(directory, "admin.sock");
    const left = net.createServer().listen(`${socketPath}.left`);
    await once(left, "listening");
    linkSync(`${socketPath}.left`, socketPath);
    left.close();
    await once(left, "close");
    const atFile = await startAdmin({ socketPath, token }, rig.splitter);
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await expect(startAdmin({ socketPath, token }, rig.splitter)).rejects.toThrow(UserError);
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = http.request({ socketPath, path: "/split", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on("error", reject).end();
      });
    const authorization = `Bearer ${token}`;
    expect(await ask({ host: "localhost", authorization })).toBe(200);
    expect(await ask({ host: "evil.example", authorization })).toBe(421);
    expect(await ask({ host: "localhost" })).toBe(401);
    await atFile.stop();
    rmSync(directory, { recursive: true });
  });

  it("never listens where other machines could reach it", async () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.1", "example.com"]) {
      await expect(startAdmin({ host, port: 0, token }, rig.splitter)).rejects.toThrow(UserError);
    }
  });
});
