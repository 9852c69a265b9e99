import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { loadavg } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { systemClock } from "../src/base/clock.ts";
import { endProcess, firstReport, startProcess } from "../src/measure/child-process.ts";
import type { FromProxy, ToProxy } from "../src/measure/fault-proxy/messages.ts";
import { describeMachine } from "../src/measure/host/machine.ts";
import { instantPlan, preparationSteps } from "../src/measure/instant-plan.ts";
import { readyLoad, withInstantService } from "../src/measure/instant-service.ts";
import { mergeArms } from "../src/result/tally.ts";
import { DurationHistogram } from "../src/stats/histogram.ts";
import { summarise } from "../src/stats/percentiles.ts";

/**
 * What a fault proxy without a fault adds: round trips to a service that answers at once, directly and through a proxy,
 * turn by turn; and how many bytes a second pass through one connection.
 * Run with `node bench/fault-proxy.ts`; writes bench/results/fault-proxy.json.
 */

const rounds = 5;
const ratePerSecond = 1000;
const playMs = 4000;
const bulkBytes = 1e9;
const patienceMs = 10_000;
const host = "127.0.0.1";
const resultFile = new URL("results/fault-proxy.json", import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

export async function run(): Promise<object> {
  const loadBefore = loadavg()[0];
  const directMs: RoundTrip[] = [];
  const proxiedMs: RoundTrip[] = [];
  await withInstantService(loadPlan(), async ({ directPort }) => {
    await withProxy(directPort, async (proxyPort) => {
      for (let round = 0; round < rounds; round++) {
        directMs.push(await roundTrip(directPort));
        proxiedMs.push(await roundTrip(proxyPort));
      }
    });
  });
  const result = {
    bench: "fault-proxy",
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", cwd: root }).trim(),
    machine: describeMachine(),
    loadBefore,
    ratePerSecond,
    directMs,
    proxiedMs,
    addedMs: {
      p50: median(proxiedMs.map(({ p50 }) => p50)) - median(directMs.map(({ p50 }) => p50)),
      p99: median(proxiedMs.map(({ p99 }) => p99)) - median(directMs.map(({ p99 }) => p99)),
    },
    bulk: await measureBulk(),
  };
  mkdirSync(new URL(".", resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

function loadPlan() {
  return instantPlan({ arrivals: "poisson", steps: [{ ratePerSecond, forMs: playMs }] });
}

type RoundTrip = { readonly p50: number; readonly p99: number };

async function roundTrip(port: number): Promise<RoundTrip> {
  const ready = await readyLoad(loadPlan(), port, new AbortController().signal);
  try {
    const { tally } = await ready.play();
    const { parts } = mergeArms(tally.stages.slice(preparationSteps), "old");
    const { p50, p99 } = summarise(parts.get("roundTrip") ?? new DurationHistogram());
    if (typeof p50 !== "number" || typeof p99 !== "number") throw new Error("too few answers");
    return { p50, p99 };
  } finally {
    await ready.discard();
  }
}

async function withProxy<T>(port: number, use: (port: number) => Promise<T>): Promise<T> {
  const child = startProcess<ToProxy, FromProxy>({
    name: "proxy-bench",
    role: "proxy",
    entry: "src/measure/fault-proxy/main",
  });
  try {
    const listen = { host, port: 0 };
    const upstream = { host, port };
    child.send({ type: "start", name: "bench", seed: 1, protocol: "http", upstream, listen });
    return await use((await firstReport(child, "listening", patienceMs)).port);
  } finally {
    await endProcess<ToProxy>(child, { type: "stop", drainMs: 0 }, patienceMs);
  }
}

/** One connection that is sent as much as it takes. */
async function measureBulk() {
  const chunk = createHash("sha512").update("bulk").digest();
  const piece = Buffer.alloc(65_536, chunk);
  const server = createServer((socket) => {
    let left = bulkBytes;
    const fill = () => {
      while (left > 0) {
        left -= piece.length;
        if (!socket.write(piece)) return;
      }
      socket.end();
    };
    socket.on("drain", fill);
    // A proxy that is ended resets what is open.
    socket.on("error", () => undefined);
    fill();
  }).listen(0, host);
  await new Promise((resolve) => server.once("listening", resolve));
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("the server has a port");
  try {
    const direct = await bytesPerSecond(bound.port);
    const proxied = await withProxy(bound.port, bytesPerSecond);
    return { directBytesPerSecond: direct, proxiedBytesPerSecond: proxied };
  } finally {
    server.close();
  }
}

async function bytesPerSecond(port: number): Promise<number> {
  const startMs = systemClock.nowMs();
  const socket = connect({ host, port });
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  await new Promise((resolve, reject) => {
    socket.once("end", resolve);
    socket.once("error", reject);
  });
  return Math.round((bytes * 1000) / (systemClock.nowMs() - startMs));
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  console.log(JSON.stringify(await run(), undefined, 2));
