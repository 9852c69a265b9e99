import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { UserError } from "../../../src/base/errors.ts";
import { findProgram } from "../../../src/measure/stores/find-program.ts";
import { connectClient } from "../../../src/measure/stores/prepare-database.ts";
import { type StoreKeeper, startKeeper } from "../../../src/measure/stores/store-keeper.ts";
import { eventually, isAlive } from "../../cli/twinlane.ts";
import { describeWithServers } from "./servers.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const place = (url: string) => ({ url, schema: "public" });

async function keeperOf(store: "postgres" | "redis"): Promise<StoreKeeper> {
  const keeper = await startKeeper({ name: "database", store, maxConnections: 20 });
  onTestFinished(() => keeper.stop());
  return keeper;
}

/** The temporary directory that a server's url names. */
function directoryOf(url: string): string {
  return url.startsWith("/") ? dirname(url) : (new URL(url).searchParams.get("host") ?? "");
}

async function coordinatorWith(store: "postgres" | "redis") {
  const script = fileURLToPath(new URL("keep-a-store.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, store], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  if (child.stdout === null) throw new Error("the coordinator has a stdout");
  for await (const line of createInterface({ input: child.stdout })) {
    const { pid, url } = JSON.parse(line) as { pid: number; url: string };
    return { child, pid, url };
  }
  throw new Error("the coordinator ended before it had a store");
}

describe("a server that is not installed", () => {
  test("is an error that names the command which installs it", async () => {
    vi.stubEnv("PATH", "");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const error = await findProgram("redis-server").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "store-missing" });
    expect(String(error)).toContain("apt-get install redis-server");
  });
});

describeWithServers("a private server", () => {
  test("PostgreSQL keeps its durability, listens on no port, and leaves nothing behind", async () => {
    const keeper = await startKeeper({ name: "database", store: "postgres", maxConnections: 20 });
    const client = await connectClient(place(keeper.url));
    const { rows } = await client.query(
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'max_connections') ORDER BY name",
    );
    expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
      "fsync=on",
      "full_page_writes=on",
      "listen_addresses=",
      "max_connections=20",
      "synchronous_commit=on",
    ]);
    await client.end();
    await keeper.stop();
    expect(isAlive(keeper.pid)).toBe(false);
    expect(existsSync(directoryOf(keeper.url))).toBe(false);
  });

  test("PostgreSQL keeps what it had committed through a crash", async () => {
    const keeper = await keeperOf("postgres");
    const before = await connectClient(place(keeper.url));
    await before.query("CREATE TABLE kept AS SELECT 7 AS number");
    await keeper.disturb("crash");
    expect(isAlive(keeper.pid)).toBe(false);
    await keeper.disturb("restart");
    const after = await connectClient(place(keeper.url));
    onTestFinished(() => after.end());
    expect((await after.query("SELECT number FROM kept")).rows).toEqual([{ number: 7 }]);
  });

  test("PostgreSQL that stands still answers nobody until it goes on", async () => {
    const keeper = await keeperOf("postgres");
    const client = await connectClient(place(keeper.url));
    onTestFinished(() => client.end());
    await client.query("SELECT 1");
    await keeper.disturb("hang");
    const pid = keeper.pid;
    const isStopped = () => readFileSync(`/proc/${pid}/stat`, "latin1").includes(") T ");
    expect(await eventually(isStopped)).toBe(true);
    let isAnswered = false;
    const answer = client.query("SELECT 2").then(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAnswered).toBe(false);
    await keeper.disturb("resume");
    await answer;
  });

  test("Redis answers on its socket, and leaves nothing behind", async () => {
    const keeper = await startKeeper({ name: "cache", store: "redis", maxConnections: 20 });
    const redis = new Redis(keeper.url);
    await redis.set("key", "value");
    expect(await redis.get("key")).toBe("value");
    redis.disconnect();
    await keeper.stop();
    expect(isAlive(keeper.pid)).toBe(false);
    expect(existsSync(directoryOf(keeper.url))).toBe(false);
  });

  test.each(["postgres", "redis"] as const)("%s dies with a coordinator that is killed", async (store) => {
    const { child, pid, url } = await coordinatorWith(store);
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(directoryOf(url))).toBe(true);
    child.kill("SIGKILL");
    expect(await eventually(() => !isAlive(pid))).toBe(true);
    expect(await eventually(() => !existsSync(directoryOf(url)))).toBe(true);
  });
});
