import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeMachine } from "../src/measure/host/machine.ts";
import { erlangC } from "../src/model/queueing/erlang.ts";
import { finitePopulation } from "../src/model/queueing/finite-population.ts";
import { parseAxis } from "../src/model/what-if/axis.ts";
import { scenarioWith } from "../src/model/what-if/scenario-path.ts";
import { gridSweep } from "../src/model/what-if/sweep.ts";

/**
 * How long the capacity model takes: a growth table in a fresh process, a sweep of 10,000 points, single
 * formulas at their largest. Medians; on a busy machine they are upper limits.
 * Run with `node bench/model.ts`; writes bench/results/model.json.
 */

const rounds = 7;
const resultFile = new URL("results/model.json", import.meta.url);

export function run(): object {
  const result = {
    bench: "model",
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    machine: describeMachine(),
    growthTable: growthTable(),
    sweepOf10000: sweep(),
    erlangCOf100000ServersMs: median(times(() => erlangC(100_000, 99_700), 200)),
    finitePopulationOf1e8Ms: median(
      times(
        () => finitePopulation({ population: 1e8, thinkTime: 100, serviceTime: 0.01, servers: 9990 }),
        20,
      ),
    ),
  };
  mkdirSync(new URL(".", resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** Each in a process of its own, so that loading the code counts. */
function growthTable() {
  const script = fileURLToPath(new URL("model/growth-once.ts", import.meta.url));
  const runs = Array.from(
    { length: rounds },
    () =>
      JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as Record<string, number>,
  );
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((name) => [name, median(runs.map((each) => each[name] ?? 0))]),
  );
}

function sweep() {
  const file = "growth-parallel-running.yaml";
  const text = readFileSync(new URL(`../scenarios/${file}`, import.meta.url), "utf8");
  const source = { text, file, overrides: [] };
  const scenario = scenarioWith(source, "run.seed=1");
  const axes = [parseAxis("users=1e2..1e8:log:100", source), parseAxis("split.new=0..100%:100", source)];
  const show = ["servers", "cost", "firstBottleneck"] as const;
  const before = process.cpuUsage();
  const sweepTimes = times(() => gridSweep({ scenario }, axes, show), rounds);
  const { user, system } = process.cpuUsage(before);
  return {
    axes: axes.map(({ path }) => path),
    show,
    firstMs: sweepTimes[0],
    medianMs: median(sweepTimes),
    meanCpuMs: (user + system) / 1000 / rounds,
  };
}

function times(work: () => unknown, count: number): readonly number[] {
  return Array.from({ length: count }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  console.log(JSON.stringify(run(), undefined, 2));
