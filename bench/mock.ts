import { execFile, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import { UserError } from "../src/base/errors.ts";
import { randomStream } from "../src/base/random.ts";
import { endProcess, firstReport, startProcess } from "../src/measure/child-process.ts";
import { describeMachine } from "../src/measure/host/machine.ts";
import { sampleProcess } from "../src/measure/host/process-sample.ts";
import type { FromMock, MockStats, ToMock } from "../src/measure/mock-messages.ts";
import type { MockPlan } from "../src/scenario/service-plan.ts";

/**
 * What the mock service can do: requests/s with a zero service time beside a bare node:http server that also writes
 * a Server-Timing header, how exactly each of them waits, and what the mock's CPU figure is worth.
 * Run with `node bench/mock.ts`; needs `wrk`.
 */

const execute = promisify(execFile);
const resultFile = new URL("results/mock.json", import.meta.url);
const loadSeconds = 4;
const rounds = 5;

export async function run(): Promise<object> {
  const throughput = await measureThroughput();
  const waits = [
    await measureWaits({ ratePerSecond: 50, delayMs: 20 }),
    await measureWaits({ ratePerSecond: 200, delayMs: 20.4 }),
    await measureWaits({ ratePerSecond: 1000, delayMs: 5.3 }),
  ];
  const result = {
    bench: "mock",
    at: new Date().toISOString(),
    commit: await currentCommit(),
    machine: describeMachine(),
    throughput,
    waits,
    cpu: await measureCpu(),
    idleCpuShare: await measureIdle(),
  };
  await mkdir(new URL(".", resultFile), { recursive: true });
  await writeFile(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/**
 * Rounds of both servers in turn. What a busy machine takes away from one round shows in its requests per second, but
 * not in its requests per second of CPU: the ratio is of those.
 */
async function measureThroughput() {
  const mock = await startMock({});
  const bare = await startBareServer();
  const mockRounds: Round[] = [];
  const bareRounds: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    mockRounds.push(await loadWithWrk(mock));
    bareRounds.push(await loadWithWrk(bare));
  }
  await mock.end();
  bare.end();
  const [ours, theirs] = [medianRound(mockRounds), medianRound(bareRounds)];
  return {
    load: `wrk -t1 -c64 -d${loadSeconds}s, ${rounds} rounds in turn, medians`,
    mock: ours,
    bareNodeHttp: theirs,
    ratioPerCpuSecond: Number((ours.perCpuSecond / theirs.perCpuSecond).toFixed(3)),
  };
}

type Round = { readonly perSecond: number; readonly perCpuSecond: number };

function medianRound(measured: readonly Round[]): Round {
  return {
    perSecond: median(measured.map(({ perSecond }) => perSecond)),
    perCpuSecond: median(measured.map(({ perCpuSecond }) => perCpuSecond)),
  };
}

type Waits = { readonly ratePerSecond: number; readonly delayMs: number };

/** The mock, then the bare server with Node's own timers. */
async function measureWaits(waits: Waits) {
  const mock = await startMock({ concurrency: 1000 });
  const ours = await waitErrors(mock, waits);
  await mock.end();
  const bare = await startBareServer();
  const setTimeoutAlone = await waitErrors(bare, waits);
  bare.end();
  return { ...waits, requests: waits.ratePerSecond * loadSeconds, mock: ours, setTimeoutAlone };
}

/** Open load with random gaps; the error is the service's own figure less the wait that was asked for. */
async function waitErrors(server: Server, { ratePerSecond, delayMs }: Waits) {
  const agent = new Agent({ keepAlive: true });
  const uniform = randomStream(1, "bench-arrivals");
  const count = ratePerSecond * loadSeconds;
  const before = await cpuOf(server.pid);
  const answers: Promise<number>[] = [];
  let dueMs = systemClock.nowMs();
  for (let index = 0; index < count; index++) {
    dueMs -= (Math.log(uniform()) * 1000) / ratePerSecond;
    const waitMs = dueMs - systemClock.nowMs();
    if (waitMs >= 1) await sleep(waitMs);
    answers.push(serviceMs(server.port, delayMs, agent));
  }
  const errorsMs = (await Promise.all(answers)).map((ms) => ms - delayMs).toSorted((a, b) => a - b);
  const after = await cpuOf(server.pid);
  agent.destroy();
  return {
    errorMs: {
      min: at(errorsMs, 0),
      p50: at(errorsMs, 0.5),
      p90: at(errorsMs, 0.9),
      p99: at(errorsMs, 0.99),
      max: at(errorsMs, 1),
    },
    cpuShare: (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs),
  };
}

/** CPU asked for beside CPU burned by the mock's own count, and beside what the kernel saw in all. */
async function measureCpu() {
  const requests = 200;
  const cpuPerRequestMs = 5;
  const mock = await startMock({ cpuPerRequestMs });
  const agent = new Agent({ keepAlive: true });
  const before = await cpuOf(mock.pid);
  for (let index = 0; index < requests; index++) await serviceMs(mock.port, undefined, agent);
  const after = await cpuOf(mock.pid);
  agent.destroy();
  await sleep(1200);
  const burnedMs = mock.lastStats()?.cpuBurnedMs;
  await mock.end();
  return {
    requests,
    cpuPerRequestMs,
    askedMs: requests * cpuPerRequestMs,
    burnedMs,
    kernelMs: after.cpuMs - before.cpuMs,
  };
}

async function measureIdle(): Promise<number> {
  const mock = await startMock({});
  await sleep(1000);
  const before = await cpuOf(mock.pid);
  await sleep(loadSeconds * 1000);
  const after = await cpuOf(mock.pid);
  await mock.end();
  return (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs);
}

type Server = { readonly port: number; readonly pid: number };

async function startMock(mock: Partial<MockPlan>) {
  const child = startProcess<ToMock, FromMock>({ name: "mock", role: "old", entry: "mock-services/main" });
  let lastStats: MockStats | undefined;
  child.onReport((message) => {
    if (message.type === "stats") lastStats = message;
  });
  child.send({
    type: "start",
    version: "old",
    label: "bench",
    healthPath: "/health",
    replica: 0,
    seed: 1,
    mock: {
      serviceTime: { law: "constant", ms: 0 },
      concurrency: 64,
      queue: 1000,
      replicas: 1,
      cpuPerRequestMs: 0,
      errorShare: 0,
      responseBytes: 200,
      coldStart: undefined,
      ...mock,
    },
    stores: { database: undefined, cache: undefined },
    listen: { host: "127.0.0.1", port: 0 },
    database: undefined,
    headerControl: true,
  });
  const { port } = await firstReport(child, "listening", 10_000);
  const end = () => endProcess(child, { type: "stop", drainMs: 1000 }, 5000);
  return { port, pid: child.pid, end, lastStats: () => lastStats };
}

/** The least that node:http can do: a constant answer of 200 bytes, after a timer where a delay is asked for. */
async function startBareServer() {
  const program = `const body = Buffer.alloc(200, "x");
    const server = require("node:http").createServer((request, response) => {
      const startMs = performance.now();
      const answer = () => {
        const timing = "service;dur=" + (performance.now() - startMs);
        response.writeHead(200, ["content-length", "200", "server-timing", timing]);
        response.end(body);
      };
      const delayMs = request.headers["x-mock-delay-ms"];
      if (delayMs === undefined) answer();
      else setTimeout(answer, Number(delayMs));
    });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
    process.stdin.resume().on("end", () => process.exit(0));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (text) => resolve(Number(text))),
  );
  return { port, pid: child.pid ?? 0, end: () => child.stdin.end() };
}

async function loadWithWrk({ port, pid }: Server): Promise<Round> {
  const url = `http://127.0.0.1:${port}/items/7`;
  const before = await cpuOf(pid);
  const { stdout } = await execute("wrk", ["-t1", "-c64", `-d${loadSeconds}s`, url]).catch(() => {
    throw new UserError("usage", "bench/mock.ts needs wrk (Debian package wrk)");
  });
  const cpuSeconds = ((await cpuOf(pid)).cpuMs - before.cpuMs) / 1000;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  return { perSecond, perCpuSecond: requests / cpuSeconds };
}

/** The mock's own figure of one request's time in its slot, in ms. */
function serviceMs(port: number, delayMs: number | undefined, agent: Agent): Promise<number> {
  const headers = delayMs === undefined ? {} : { "x-mock-delay-ms": String(delayMs) };
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/items/7", headers, agent }, (response) => {
      response.resume();
      response.on("end", () =>
        resolve(Number(/service;dur=([\d.]+)/.exec(String(response.headers["server-timing"]))?.[1])),
      );
    }).on("error", reject);
  });
}

async function cpuOf(pid: number): Promise<{ readonly cpuMs: number; readonly atMs: number }> {
  const sample = await sampleProcess(pid, systemClock);
  if (sample === undefined) throw new UserError("usage", "bench/mock.ts needs Linux: it reads /proc");
  return sample;
}

async function currentCommit(): Promise<string> {
  const { stdout } = await execute("git", ["rev-parse", "--short", "HEAD"]);
  return stdout.trim();
}

function median(values: readonly number[]): number {
  return at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

function at(sorted: readonly number[], quantile: number): number {
  return Number((sorted[Math.floor((sorted.length - 1) * quantile)] ?? Number.NaN).toFixed(3));
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await run(), undefined, 2)}\n`);
}
