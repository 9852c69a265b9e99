import * as childProcess from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { loadCore } from "./cores.ts";

const execFile = promisify(childProcess.execFile);
const h2load = "/usr/bin/h2load";

/** Of what h2load prints. */
const maxOutputBytes = 16_777_216;

export type SteadyLoad = {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** For the load's own log. */
  readonly directory: string;
};

export type TimedRequest = {
  /** On the clock of `Date.now()`. */
  readonly startMs: number;
  readonly status: number;
  readonly tookMs: number;
};

export type SteadyResult = { readonly p50Ms: number; readonly p99Ms: number; readonly failed: number };

/** Why no steady load can be made on this machine, or undefined. */
export function missingSteadyLoad(): string | undefined {
  return existsSync(h2load) ? undefined : `${h2load} is not installed`;
}

/** A fixed rate by h2load on a core of its own, one request at a time on a connection. */
export async function steadyRequests(load: SteadyLoad): Promise<readonly TimedRequest[]> {
  const { port, ratePerSecond, seconds, connections, directory } = load;
  const log = path.join(directory, "h2load.log");
  const pace = [`--rps=${ratePerSecond / connections}`, "--warm-up-time=1", `-D${seconds}`];
  const what = ["--h1", `-c${connections}`, "-m1", `--log-file=${log}`, `http://127.0.0.1:${port}/x`];
  await execFile("taskset", ["-c", String(loadCore), h2load, ...pace, ...what], {
    maxBuffer: maxOutputBytes,
  });
  const requests = readFileSync(log, "utf8").trim().split("\n").map(requestOf);
  rmSync(log);
  return requests;
}

/** The percentiles of such a load. */
export async function steadyLoad(load: SteadyLoad): Promise<SteadyResult> {
  const requests = await steadyRequests(load);
  const times = requests.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), failed: requests.filter(({ status }) => status !== 200).length };
}

/** A line of the log: when it began, in µs, the status, and µs until the end of the answer. */
function requestOf(line: string): TimedRequest {
  const [startMicros = Number.NaN, status = -1, micros = Number.NaN] = line.split("\t").map(Number);
  return { startMs: startMicros / 1000, status, tookMs: micros / 1000 };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
