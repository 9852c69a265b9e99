import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { judgeRun } from "../src/analysis/judge.ts";
import { isAskedAfterZero } from "../src/analysis/reaction.ts";
import { describeMachine } from "../src/measure/host/machine.ts";
import { runScenario } from "../src/measure/run-scenario.ts";
import type { RunResult } from "../src/result/schema.ts";
import { parseScenario } from "../src/scenario/parse.ts";
import { planScenario } from "../src/scenario/plan.ts";

/**
 * How fast a run reacts when new fails at 200 requests/s and half of the traffic: by the guard (windows of a second,
 * two bad ones) and by the breaker (single calls), for several kinds of trouble. Figures are ms after the fault.
 * Run with `node bench/reaction.ts`.
 */
const resultFile = new URL("results/reaction.json", import.meta.url);
const rounds = 5;
const faultAtSeconds = 3;
/** The first fault of each round falls elsewhere between two windows. */
const phaseSeconds = [0, 0.2, 0.4, 0.6, 0.8] as const;
const quietLoad = 1;
const quietPatienceMs = 60_000;

const loops = {
  guard: "guard: { errorRate: 20%, minSamples: 10, badSeconds: 2 }",
  breaker: "breaker: { consecutiveFailures: 5 }\n  guard: { errorRate: 20%, minSamples: 10, badSeconds: 2 }",
} as const;
const troubles = {
  errors: "kind: errors, share: 50%",
  crash: "kind: crash",
  resets: "kind: connection-resets, share: 60%",
} as const;

export async function run(): Promise<object> {
  const cases = [];
  for (const loop of Object.keys(loops) as (keyof typeof loops)[]) {
    for (const trouble of Object.keys(troubles) as (keyof typeof troubles)[]) {
      const reactions = [];
      for (const phase of phaseSeconds.slice(0, rounds)) {
        await quietMoment();
        reactions.push(readingOf(await runOnce(scenarioOf(loop, trouble, faultAtSeconds + phase))));
      }
      cases.push({ loop, trouble, ...summaryOf(reactions), rounds: reactions });
    }
  }
  const result = { bench: "reaction", at: new Date().toISOString(), machine: describeMachine(), cases };
  await mkdir(new URL(".", resultFile), { recursive: true });
  await writeFile(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

function scenarioOf(loop: keyof typeof loops, trouble: keyof typeof troubles, atSeconds: number): string {
  return `name: reaction
users: 5_000
workload: { ratePerSecond: 200/s }
services:
  old: { mock: { serviceTime: { lognormal: { mean: 15ms, p99: 60ms } } } }
  new: { mock: { serviceTime: { lognormal: { mean: 15ms, p99: 60ms } } } }
rollout:
  steps: [ { new: 50%, hold: 60s } ]
  ${loops[loop]}
faults: [ { at: ${atSeconds}s, service: new, ${troubles[trouble]} } ]
run: { duration: 9s, warmUp: 2s, calibrate: false }
`;
}

async function runOnce(text: string): Promise<RunResult> {
  const parsed = parseScenario(text, { file: "reaction.yaml" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = planScenario(parsed.scenario);
  const directory = await mkdtemp(join(tmpdir(), "twinlane-reaction-"));
  try {
    const measured = await runScenario(plan, {
      directory,
      runId: "reaction",
      scenarioDirectory: directory,
      allowedHosts: [],
      twinlaneVersion: "bench",
      startedAt: new Date(),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    return judgeRun(measured, plan);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Reading = ReturnType<typeof readingOf>;

/** Moments in ms after the fault; absent ones never came. */
function readingOf({ reaction, totals, validity }: RunResult) {
  const found = reaction?.[0];
  if (found === undefined) throw new Error("a run with a fault of new has a reaction");
  const after = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms - found.faultAtMs));
  const { failed, timedOut, notSent } = totals.versions.old;
  return {
    validity: validity.state,
    firstFailedMs: after(found.firstFailedMs),
    detectedMs: after(found.detectedMs),
    detectedBy: found.detectedBy,
    decidedMs: after(found.decidedMs),
    decidedBy: found.decidedBy,
    zeroMs: after(found.zeroMs),
    lastAnsweredMs: after(found.lastAnsweredMs),
    harmedRequests: found.harmedRequests,
    harmedUsers: found.harmedUsers.count,
    isAskedAfterZero: isAskedAfterZero(found),
    oldNotAnsweredWell: failed + timedOut + notSent,
  };
}

function summaryOf(readings: readonly Reading[]) {
  const zeros = readings.flatMap(({ zeroMs }) => zeroMs ?? []);
  return {
    zeroMsMedian: median(zeros),
    zeroMsMax: zeros.length === 0 ? undefined : Math.max(...zeros),
    rolledBack: zeros.length,
    harmedRequestsMedian: median(readings.map(({ harmedRequests }) => harmedRequests)),
    askedAfterZero: readings.filter((reading) => reading.isAskedAfterZero === true).length,
    oldNotAnsweredWell: readings.reduce((sum, reading) => sum + reading.oldNotAnsweredWell, 0),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}

/** Waits for a quiet machine, a bounded time; what it was like shows in each round's validity. */
async function quietMoment(): Promise<void> {
  const untilMs = performance.now() + quietPatienceMs;
  while ((loadavg()[0] ?? 0) >= quietLoad && performance.now() < untilMs) await sleep(1000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await run(), undefined, 2)}\n`);
}
