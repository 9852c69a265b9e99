import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { DriverHealth } from "../src/measure/driver/messages.ts";
import { describeMachine } from "../src/measure/host/machine.ts";
import { busyLatenessP99Ms, measureQuietly } from "./load/disturbance.ts";
import { hasNginx, type Nginx, startNginx } from "./load/nginx.ts";
import { runDriver } from "./load/our-driver.ts";
import { isInstalled, type PeerLoad, peers, type Round, runPeer } from "./load/peers.ts";

/**
 * Our load engine beside other tools, before one NGINX that returns a short JSON body. The tools run in turn,
 * several rounds; each figure is the median. Measurements wait for a quiet machine and say in `othersCores` how
 * quiet it stayed; rates per second of the tool's own CPU time hold on a busy one too.
 * Run with `node bench/load.ts`; writes bench/results/load.json.
 */

const rounds = 3;

type Sample = Round & { readonly othersCores: number };
const connections = 50;
const secondsPerRound = 3;
const warmUpMs = 2000;
const idleUsers = 10_000;
const resultFile = new URL("results/load.json", import.meta.url);

export async function run(): Promise<object | undefined> {
  if (!hasNginx()) {
    console.error("load: skipped, NGINX is not installed");
    return undefined;
  }
  const nginx = await startNginx();
  try {
    const closed = await measureClosed(nginx);
    const result = {
      bench: "load",
      at: new Date().toISOString(),
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
      machine: describeMachine(),
      closed,
      open: await measureOpen(nginx, Math.round((closed.tools["twinlane"]?.ratePerSecond ?? 0) / 2)),
      openAt5000: await measureOpen(nginx, 5000),
      thinkingUsers: await measureUsers(nginx),
    };
    mkdirSync(new URL(".", resultFile), { recursive: true });
    writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
    return result;
  } finally {
    await nginx.stop();
  }
}

/** As fast as 50 connections allow. */
async function measureClosed({ port, pid }: Nginx) {
  const names = Object.keys(peers).filter(isInstalled);
  const load: PeerLoad = { port, connections, seconds: secondsPerRound };
  const samples: Record<string, Sample[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of ["twinlane", ...names]) {
      samples[name] ??= [];
      const measure = () => (name === "twinlane" ? runOurs(load) : runPeer(name, load));
      const { value, othersCores } = await measureQuietly(
        measure,
        [pid],
        ({ allCpuSeconds }) => allCpuSeconds,
      );
      samples[name].push({ ...value, othersCores });
    }
  }
  const tools = Object.fromEntries(Object.entries(samples).map(([name, own]) => [name, summarise(own)]));
  return {
    connections,
    rounds,
    secondsPerRound,
    skipped: Object.keys(peers).filter((name) => !names.includes(name)),
    tools,
    ratioOfRates: ratios(samples, ({ ratePerSecond }) => ratePerSecond),
    ratioPerCpuSecond: ratios(samples, perCpuSecond),
  };
}

async function runOurs({ port, seconds }: PeerLoad): Promise<Round> {
  const { healths, allCpuSeconds } = await runDriver({
    port,
    load: { kind: "closed", users: connections, thinkTimeMs: 0, thinkTime: "constant" },
    warmUpMs: 1000,
    durationMs: seconds * 1000,
    connections,
  });
  const sum = (value: (health: DriverHealth) => number) =>
    healths.reduce((total, health) => total + value(health), 0);
  const windowsSeconds = sum(({ windowMs }) => windowMs) / 1000;
  return {
    ratePerSecond: sum(({ sent }) => sent) / windowsSeconds,
    cpuSeconds: sum(({ cpuShare, windowMs }) => (cpuShare * windowMs) / 1000),
    seconds: windowsSeconds,
    allCpuSeconds,
  };
}

/** Poisson arrivals at a fixed rate: were all sent, and when. */
async function measureOpen({ port, pid }: Nginx, ratePerSecond: number) {
  const durationMs = 6000;
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    const measure = () =>
      runDriver({
        port,
        load: {
          kind: "open",
          arrivals: "poisson",
          curve: [
            {
              startMs: -warmUpMs,
              endMs: durationMs,
              fromPerSecond: ratePerSecond,
              toPerSecond: ratePerSecond,
            },
          ],
        },
        warmUpMs,
        durationMs,
        connections: 1000,
      });
    const { value, othersCores } = await measureQuietly(measure, [pid], (driver) => driver.allCpuSeconds);
    const { due, completed, parts, responseTime, healths } = value;
    runs.push({
      othersCores,
      machineLatenessP99Ms: busyLatenessP99Ms(),
      deliveredShare: completed / due,
      lagP50Ms: parts.pacerLag.quantileMs(0.5),
      lagP99Ms: parts.pacerLag.quantileMs(0.99),
      lagP99MsOfSeconds: healths.map(({ pacerLag }) => pacerLag.p99Ms),
      responseTimeP50Ms: responseTime.quantileMs(0.5),
      responseTimeP99Ms: responseTime.quantileMs(0.99),
      roundTripP50Ms: parts.roundTrip.quantileMs(0.5),
      cpuShare: median(healths.map(({ cpuShare }) => cpuShare)),
    });
  }
  return {
    ratePerSecond,
    deliveredShare: median(runs.map((one) => one.deliveredShare)),
    lagP50Ms: median(runs.map((one) => one.lagP50Ms)),
    lagP99Ms: median(runs.map((one) => one.lagP99Ms)),
    lagP99MsOfMedianSecond: median(runs.flatMap((one) => one.lagP99MsOfSeconds)),
    runs,
  };
}

/** Users who think for 8 s, each on a connection of their own. */
async function measureUsers({ port, pid }: Nginx) {
  const measure = () =>
    runDriver({
      port,
      load: { kind: "closed", users: idleUsers, thinkTimeMs: 8000, thinkTime: "exponential" },
      warmUpMs,
      durationMs: 10_000,
      connections: idleUsers,
    });
  const { value, othersCores } = await measureQuietly(measure, [pid], (driver) => driver.allCpuSeconds);
  const { totals, healths, responseTime } = value;
  return {
    othersCores,
    users: idleUsers,
    connectionsOpened: totals.connectionsOpened,
    completed: totals.counts.completed,
    failed: totals.counts.failed,
    driverResidentBytesMax: Math.max(...healths.map(({ residentBytes }) => residentBytes)),
    cpuShare: median(healths.map(({ cpuShare }) => cpuShare)),
    responseTimeP50Ms: responseTime.quantileMs(0.5),
    responseTimeP99Ms: responseTime.quantileMs(0.99),
  };
}

function summarise(samples: readonly Sample[]) {
  return {
    ratePerSecond: Math.round(median(samples.map(({ ratePerSecond }) => ratePerSecond))),
    perCpuSecond: Math.round(median(samples.map(perCpuSecond))),
    rates: samples.map(({ ratePerSecond }) => Math.round(ratePerSecond)),
    othersCores: samples.map(({ othersCores }) => Number(othersCores.toFixed(2))),
  };
}

/** Ours over each other tool's, the median of the ratios within a round. */
function ratios(samples: Readonly<Record<string, readonly Round[]>>, figure: (round: Round) => number) {
  const ours = samples["twinlane"] ?? [];
  const others = Object.entries(samples).filter(([name]) => name !== "twinlane");
  return Object.fromEntries(
    others.map(([name, theirs]) => {
      const perRound = theirs.map((round, index) => {
        const own = ours[index];
        return own === undefined ? Number.NaN : figure(own) / figure(round);
      });
      return [name, Number(median(perRound).toFixed(3))];
    }),
  );
}

function perCpuSecond({ ratePerSecond, seconds, cpuSeconds }: Round): number {
  return (ratePerSecond * seconds) / cpuSeconds;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await run(), undefined, 2));
}
