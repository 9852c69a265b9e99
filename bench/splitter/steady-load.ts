import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { loadCore } from "./cores.ts";

const h2load = "/usr/bin/h2load";

export type SteadyLoad = {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** For the load's own log. */
  readonly directory: string;
};

export type SteadyResult = { readonly p50Ms: number; readonly p99Ms: number; readonly failed: number };

/** Why no steady load can be made on this machine, or undefined. */
export function missingSteadyLoad(): string | undefined {
  return existsSync(h2load) ? undefined : `${h2load} is not installed`;
}

/** A fixed rate by h2load on a core of its own, one request at a time on a connection. */
export function steadyLoad(load: SteadyLoad): SteadyResult {
  const { port, ratePerSecond, seconds, connections, directory } = load;
  const log = path.join(directory, "h2load.log");
  const pace = [`--rps=${ratePerSecond / connections}`, "--warm-up-time=1", `-D${seconds}`];
  const what = ["--h1", `-c${connections}`, "-m1", `--log-file=${log}`, `http://127.0.0.1:${port}/x`];
  execFileSync("taskset", ["-c", String(loadCore), h2load, ...pace, ...what], { stdio: "ignore" });
  const rows = readFileSync(log, "utf8").trim().split("\n").map(rowOf);
  rmSync(log);
  const times = rows.map(({ micros }) => micros).toSorted((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN) / 1000;
  return { p50Ms: at(0.5), p99Ms: at(0.99), failed: rows.filter(({ status }) => status !== 200).length };
}

/** A line of the log: when, status, µs until the end of the answer. */
function rowOf(line: string): { readonly status: number; readonly micros: number } {
  const [, status, micros] = line.split("\t").map(Number);
  return { status: status ?? -1, micros: micros ?? Number.NaN };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
