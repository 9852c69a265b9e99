import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describeMachine } from "../src/measure/host/machine.ts";
import { parseScenario } from "../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../src/scenario/plan.ts";
import { durationQuantile } from "../src/simulate/engine/duration-counts.ts";
import { feedForwardSteps } from "../src/simulate/engine/feed-forward.ts";
import { Simulation } from "../src/simulate/engine/simulation.ts";
import { settingsFor } from "../src/simulate/settings.ts";
import { simulateStation } from "../src/simulate/station.ts";
import { allAtOnce } from "../src/simulate/steps.ts";
import { meanEstimate } from "../src/stats/student.ts";
import { openArrivals } from "../src/workload/arrivals.ts";

/**
 * How fast the engines are, per second of one core's CPU time, with all statistics on; SimPy beside them on the
 * same M/M/10. Each figure is the median of several rounds.
 * Run with `node bench/simulate.ts`; writes bench/results/simulate.json.
 */

const rounds = 7;
const utilisation = 0.9;
const serviceMs = 10;
const resultFile = new URL("results/simulate.json", import.meta.url);
/** Debian's Python: others on the path don't see its packages. */
const python = "/usr/bin/python3";
const simpyRequests = 200_000;

export async function run(): Promise<object> {
  const result = {
    bench: "simulate",
    at: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    machine: describeMachine(),
    rounds,
    station: { slots1: benchStation(1), slots10: benchStation(10), slots100: benchStation(100) },
    feedForwardPlan: benchPlan(stationScenario, "feed-forward"),
    eventEngine: benchPlan(stationScenario, "event"),
    eventEngineEverything: benchPlan(fullScenario, "event"),
    onePercentPrecision: benchPrecision(),
    simpy: benchSimpy(),
  };
  mkdirSync(new URL(".", resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** Column by column: one line before slots, waits and responses recorded. */
function benchStation(slots: number) {
  const requests = 2_000_000;
  const station = {
    ratePerSecond: (utilisation * slots * 1000) / serviceMs,
    serviceTime: { law: "exponential", meanMs: serviceMs } as const,
    slots,
  };
  return medianRate((seed) => {
    const { waits } = simulateStation(station, { requests, warmUp: 10_000, seed });
    return { done: requests + 10_000, meanWaitMs: waits.sumMs / waits.total };
  });
}

/** A whole scenario: split, mix, ledger, histograms by second, parts of the response time. */
function benchPlan(text: string, engine: "event" | "feed-forward") {
  const plan = planOf(text);
  const { load } = plan;
  if (load.kind !== "open") throw new Error("the scenarios here are open loads");
  const settings = settingsFor(plan);
  let requests = 0;
  const figures = medianRate((seed) => {
    const input = { plan, settings, seed, arrivals: openArrivals(load, seed) };
    const data = engine === "event" ? new Simulation(input).run() : allAtOnce(feedForwardSteps(input));
    if (data === undefined) throw new Error("the scenario is not feed-forward");
    requests = data.tally.due.reduce((sum, due) => sum + due, 0);
    return { done: data.events };
  });
  const eventsPerRequest = figures.done / requests;
  return { ...figures, eventsPerRequest, requestsPerCpuSecond: figures.perCpuSecond / eventsPerRequest };
}

/** How well twenty million requests tell the mean wait of M/M/1 at 90 %, at 95 % confidence, and what they cost. */
function benchPrecision() {
  const station = {
    ratePerSecond: (utilisation * 1000) / serviceMs,
    serviceTime: { law: "exponential", meanMs: serviceMs } as const,
    slots: 1,
  };
  const replications = 40;
  const requests = 500_000;
  const before = process.cpuUsage();
  const runs = Array.from({ length: replications }, (_, seed) =>
    simulateStation(station, { requests, warmUp: 20_000, seed }),
  );
  const cpuMs = cpuMsSince(before);
  const mean = meanEstimate(runs.map(({ waits }) => waits.sumMs / waits.total));
  const p99 = meanEstimate(runs.map(({ waits }) => durationQuantile(waits, 0.99)));
  return {
    requests: replications * requests,
    cpuMs,
    meanWaitMs: mean?.mean,
    meanHalfWidth: mean && mean.halfWidth / mean.mean,
    p99HalfWidth: p99 && p99.halfWidth / p99.mean,
  };
}

function benchSimpy() {
  const script = new URL("simulate/mmc.py", import.meta.url).pathname;
  if (!existsSync(python)) return { skipped: `there is no ${python}` };
  try {
    const samples = Array.from({ length: 3 }, () => {
      const args = [script, "10", `${utilisation}`, `${serviceMs}`, `${simpyRequests}`];
      const line = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return JSON.parse(line) as { version: string; cpuMs: number; meanWaitMs: number };
    });
    const rates = samples.map(({ cpuMs }) => (simpyRequests * 1000) / cpuMs);
    return { ...samples[0], requestsPerCpuSecond: median(rates) };
  } catch {
    return { skipped: "SimPy is not installed for it: apt-get install python3-simpy" };
  }
}

type Round = { readonly done: number; readonly meanWaitMs?: number };

/** The median of things done per second of CPU time; the first round, in which the compiler is at work, is left out. */
function medianRate(round: (seed: number) => Round) {
  round(0);
  const samples = Array.from({ length: rounds }, (_, index) => {
    const before = process.cpuUsage();
    const done = round(index + 1);
    return { ...done, perCpuSecond: (done.done * 1000) / cpuMsSince(before) };
  });
  const rates = samples.map(({ perCpuSecond }) => perCpuSecond);
  return {
    ...samples[0],
    done: samples[0]?.done ?? 0,
    perCpuSecond: median(rates),
    lowest: Math.min(...rates),
    highest: Math.max(...rates),
  };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

function planOf(text: string): RunPlan {
  const parsed = parseScenario(text, { file: "bench.yaml", overrides: [] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planScenario(parsed.scenario);
}

const stationScenario = `
name: station
workload: { ratePerSecond: 900, timeout: 100s, maxConnections: 100000 }
services: { old: { mock: { serviceTime: { exponential: { mean: 10ms } }, concurrency: 10, queue: 100000 } } }
split: { new: 0%, by: request, connections: { perAddress: 100000 } }
run: { duration: 1000s, warmUp: 10s, grace: 1h }`;

const fullScenario = `
name: everything
users: 100_000
workload:
  ratePerSecond: 2000
  requests: [ { name: read, path: /a, weight: 9 }, { name: write, method: POST, path: /b } ]
services:
  old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } }, replicas: 8, cpuPerRequest: 1ms, errors: 0.1% } }
  new: { mock: { serviceTime: { lognormal: { mean: 15ms, p99: 60ms } }, replicas: 8, cpuPerRequest: 1ms } }
stores: { database: { limitQps: 5000, writes: 10% }, cache: { hitRatio: 90% } }
split: { new: 50%, mirror: { to: new } }
faults: [ { at: 60s, for: 20s, service: new, kind: crash } ]
run: { duration: 150s, warmUp: 3s }`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await run(), undefined, 2));
}
