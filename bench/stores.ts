import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeMachine } from "../src/measure/host/machine.ts";
import type { RunResult } from "../src/result/schema.ts";

/**
 * What real stores carry and what the checker finds, on this machine: transfers booked on one PostgreSQL by both
 * versions, and two databases kept in step while second writes are lost, with the time each took to be found.
 * Run with `node bench/stores.ts`; writes bench/results/stores.json.
 */

const rounds = 3;
const target = { bookedPerSecond: 300 };
const longestRunMs = 180_000;
const resultFile = new URL("results/stores.json", import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

export async function run(): Promise<object> {
  const bank: object[] = [];
  const separate: object[] = [];
  for (let round = 0; round < rounds; round++) {
    bank.push(bankFigures(await twinlane("bank-transactions", round)));
    separate.push(separateFigures(await twinlane("separate-databases", round)));
  }
  const result = {
    bench: "stores",
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", cwd: root }).trim(),
    machine: describeMachine(),
    settings: "PostgreSQL and Redis started for each run; fsync, synchronous_commit, full_page_writes on",
    target,
    bank,
    separate,
  };
  mkdirSync(new URL(".", resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** A run as a person would start it, in a process of its own. */
async function twinlane(scenario: string, seed: number): Promise<RunResult> {
  const out = mkdtempSync(join(tmpdir(), "twinlane-bench-"));
  const args = ["bin/twinlane.js", "run", `scenarios/${scenario}.yaml`, "--json", "--out", out];
  try {
    const text = await new Promise<string>((resolve, reject) => {
      const options = { cwd: root, timeout: longestRunMs, maxBuffer: 256 * 1024 ** 2 };
      execFile(
        process.execPath,
        [...args, "--set", `run.seed=${seed + 1}`],
        options,
        (error, stdout, stderr) => {
          // A run whose verdict is not PASS ends with another code, and is a result all the same.
          if (stdout.startsWith("{")) resolve(stdout);
          else reject(new Error(`${scenario}: ${stderr || error?.message}`));
        },
      );
    });
    return JSON.parse(text) as RunResult;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function bankFigures(result: RunResult) {
  const { divergence, stores, totals, validity, resources, system } = result;
  const { old, new: young } = totals.versions;
  return {
    bookedPerSecond: (transfersOf(result) * 1000) / totals.durationMs,
    ledger: divergence?.ledger,
    cache: divergence?.cache,
    stores,
    failed: old.failed + young.failed + old.timedOut + young.timedOut,
    p99Ms: { old: old.responseTimeMs.p99, new: young.responseTimeMs.p99 },
    databaseCpu: resources.find(({ process }) => process === "database")?.summary.cpuShareMean,
    validity: validity.state,
    machineCpu: mean((system ?? []).flatMap(({ cpuShare }) => cpuShare ?? [])),
  };
}

/** Transfers answered well in the measured part. */
function transfersOf({ stages }: RunResult): number {
  const measured = stages.filter(({ warmUp }) => !warmUp).flatMap(({ endpoints }) => endpoints);
  return measured
    .filter(({ name }) => name === "transfer")
    .flatMap(({ versions }) => [versions.old?.completed ?? 0, versions.new?.completed ?? 0])
    .reduce((sum, completed) => sum + completed, 0);
}

function separateFigures({ divergence, validity }: RunResult) {
  const databases = divergence?.databases;
  return {
    made: databases?.made,
    secondWrites: databases?.secondWrites,
    atEnd: databases?.atEnd,
    oldestMs: databases?.oldestMs,
    convergence: databases?.convergence,
    checks: databases?.checks,
    validity: validity.state,
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  console.log(JSON.stringify(await run(), undefined, 2));
