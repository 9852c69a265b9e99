import { describe, expect, test } from "vitest";
import type { ProxiedProtocol, Upstream } from "../../../src/measure/fault-proxy/messages.ts";
import { upstreamOf, urlThrough } from "../../../src/measure/fault-proxy/proxied-url.ts";

const proxy = { host: "127.0.0.1", port: 4321 };

describe("a url by way of a proxy", () => {
  test.each<[protocol: ProxiedProtocol, url: string, upstream: Upstream, through: string]>([
    ["http", "http://10.0.0.7", { host: "10.0.0.7", port: 80 }, "http://127.0.0.1:4321/"],
    ["http", "http://[::1]:8081/base", { host: "::1", port: 8081 }, "http://127.0.0.1:4321/base"],
    [
      "postgres",
      "postgresql://bank@db.local/ledger?sslmode=require",
      { host: "db.local", port: 5432 },
      "postgresql://bank@127.0.0.1:4321/ledger?sslmode=require",
    ],
    [
      "postgres",
      "postgresql://twinlane@localhost/postgres?host=%2Ftmp%2Fstore",
      { path: "/tmp/store/.s.PGSQL.5432" },
      "postgresql://twinlane@127.0.0.1:4321/postgres",
    ],
    [
      "postgres",
      "postgresql://me@one/x?host=two&port=6000",
      { host: "two", port: 6000 },
      "postgresql://me@127.0.0.1:4321/x",
    ],
    ["redis", "redis://10.0.0.8:6380/2", { host: "10.0.0.8", port: 6380 }, "redis://127.0.0.1:4321/2"],
    ["redis", "/tmp/store/redis.sock", { path: "/tmp/store/redis.sock" }, "redis://127.0.0.1:4321"],
  ])("%s: %s", (protocol, url, upstream, through) => {
    expect(upstreamOf(protocol, url)).toEqual(upstream);
    expect(urlThrough(protocol, url, proxy)).toBe(through);
  });
});
