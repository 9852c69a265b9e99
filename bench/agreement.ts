import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadPlan } from "../src/cli/load-plan.ts";
import { predictAndReport } from "../src/cli/predict-and-report.ts";
import { describeMachine } from "../src/measure/host/machine.ts";
import type { AgreementQuantity, AgreementRow, LoadComparison } from "../src/result/agreement-schema.ts";

/**
 * How far model and simulation are from what is then measured, on mocks, at loads that were not calibrated on: 80 % of
 * the load, and 90 %, which is 1.5 times the highest calibrated one. Whatever comes out is written down.
 * Run with `node bench/agreement.ts` on a machine that does nothing else; writes bench/results/agreement.json.
 */

const resultFile = new URL("results/agreement.json", import.meta.url);
const scenarioFile = new URL("agreement/scenario.yaml", import.meta.url).pathname;
/** Bottlenecks of different kinds: few slots, many slots, CPU; and one that is used for 85 % at the highest load. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "few slots, lognormal and gamma": [],
  "few slots, exponential and constant": [
    "services.old.mock.serviceTime={ exponential: { mean: 18ms } }",
    "services.new.mock.serviceTime={ constant: 20ms }",
  ],
  "many slots, CPU": [
    "services.old.mock.concurrency=64",
    "services.new.mock.concurrency=64",
    "services.old.mock.cpuPerRequest=1ms",
    "services.new.mock.cpuPerRequest=1.4ms",
  ],
  "few slots, busy": ["workload.ratePerSecond=470/s", "run.duration=40s"],
};

/** Goals within 1.33 times the calibrated load, and at 1.5 times it. */
const goals: Readonly<Record<AgreementQuantity, readonly [near: number, far: number]>> = {
  throughputPerSecond: [0.03, 0.05],
  cpuCores: [0.05, 0.08],
  responseTimeMeanMs: [0.08, 0.12],
  responseTimeP99Ms: [0.15, 0.25],
};

const quietLoad = 1.5;
const longestWaitMs = Number(process.env["BENCH_WAIT_S"] ?? 600) * 1000;

export async function run(): Promise<object> {
  const out = mkdtempSync(join(tmpdir(), "twinlane-agreement-"));
  try {
    const measured: object[] = [];
    for (const [name, overrides] of Object.entries(variants)) {
      const loads: number[] = [];
      const loaded = await loadPlan(scenarioFile, overrides);
      const { agreement } = await predictAndReport({
        loaded,
        file: scenarioFile,
        out,
        allowedHosts: [],
        signal: new AbortController().signal,
        progress: { show: () => undefined, end: () => undefined },
        beforeRun: async () => {
          loads.push(await quietMoment());
        },
      });
      process.stdout.write(`${name}\n`);
      const figures = agreement.comparisons.flatMap(figuresOf);
      for (const figure of figures) process.stdout.write(`  ${JSON.stringify(figure)}\n`);
      measured.push({ name, machineLoadBeforeRuns: loads, calibratedAt: agreement.calibratedAt, figures });
    }
    return write(measured);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** @returns the load average over a minute, once it is low or the wait has been long enough */
async function quietMoment(): Promise<number> {
  const until = performance.now() + longestWaitMs;
  while ((loadavg()[0] ?? 0) >= quietLoad && performance.now() < until) await sleep(1000);
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

function figuresOf({ load, version, utilisation, bottleneck, validity, rows }: LoadComparison) {
  return rows.map((row) => ({
    load,
    version,
    bottleneck,
    utilisation: rounded(utilisation),
    validity,
    quantity: row.quantity,
    measured: rounded(row.measured),
    modelled: rounded(row.modelled?.value),
    modelError: rounded(row.modelled?.error),
    simulated: rounded(row.simulated?.value),
    simulationError: rounded(row.simulated?.error),
    isInInterval: row.simulated?.isInInterval,
    goal: goals[row.quantity][load > 0.85 ? 1 : 0],
    isGoalMet: isMet(row, load),
  }));
}

function isMet({ simulated, quantity }: AgreementRow, load: number): boolean | undefined {
  if (simulated?.error === undefined) return undefined;
  return Math.abs(simulated.error) <= goals[quantity][load > 0.85 ? 1 : 0];
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(4));
}

function write(measured: readonly object[]): object {
  const result = {
    bench: "agreement",
    at: new Date().toISOString(),
    commit: commitOrNone(),
    machine: describeMachine(),
    /** Below 0 where others wanted the machine, too, and these runs were to come first. */
    niceness: getPriority(),
    measured,
  };
  mkdirSync(new URL(".", resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

function commitOrNone(): string {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
}

if (import.meta.main) await run();
