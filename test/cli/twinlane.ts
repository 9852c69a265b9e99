import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type RunResult, runResultSchema } from "../../src/result/schema.ts";

/** The command line as a person starts it: a process, its two streams, its exit code. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = join(root, "bin/twinlane.js");

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type Started = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout or stderr has shown the text. */
  shows(text: string): Promise<void>;
};

export function start(args: readonly string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    for (const watcher of watchers) watcher();
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text) || stderr.includes(text)) resolve();
      };
      watchers.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without showing ${text}\n${stdout}\n${stderr}`)));
    });
  return { child, ended, shows };
}

export function twinlane(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "twinlane-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The only run under `out`. */
export function onlyRun(out: string): string {
  const runs = readdirSync(out);
  if (runs.length !== 1) throw new Error(`expected one run, found ${runs.join(", ")}`);
  return join(out, runs[0] ?? "");
}

export function resultIn(directory: string): RunResult {
  return runResultSchema.parse(JSON.parse(readFileSync(join(directory, "result.json"), "utf8")));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/** The processes that a process has started, from /proc. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const stat = readFileSync(`/proc/${candidate}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false;
      }
    });
}

/** Waits, for at most ten seconds, until a condition holds. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return condition();
}
