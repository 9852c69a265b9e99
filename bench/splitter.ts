import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { allocatedBytesPerRequest } from "./splitter/allocations.ts";
import { keepOnCore, loadCore } from "./splitter/cores.ts";
import { type HalfLoad, halfLoad } from "./splitter/half-load.ts";
import { idleBytesPerConnection } from "./splitter/idle-connections.ts";
import { type MirrorHarm, mirrorHarm } from "./splitter/mirror-harm.ts";
import { missing, type Peer, type PeerName, startPeer, startUpstream } from "./splitter/peers.ts";
import { cpuSeconds } from "./splitter/process-cost.ts";
import { median, missingSteadyLoad } from "./splitter/steady-load.ts";
import { type WeightChanges, weightChanges } from "./splitter/weight-changes.ts";

/**
 * The splitter beside other proxies before the same service: one wrk thread, 64 connections, the peers in turn
 * and several rounds, so that what disturbs the machine disturbs all of them. A ratio counts requests per second
 * of the proxy's own CPU time, which holds on a busy machine too; plain rates are given as well.
 */

const names: readonly PeerName[] = [
  "nginx-split",
  "haproxy-weights",
  "twinlane-split",
  "twinlane-large-heap",
  "node-http",
  "nginx-mirror",
  "twinlane-mirror",
  "twinlane-compare",
];
const rounds = 3;
const secondsPerRound = 4;
const idleConnections = 10_000;
/** Loaded at half of what the splitter carried. */
const halfLoadPeers: readonly PeerName[] = [
  "nginx-split",
  "haproxy-weights",
  "twinlane-split",
  "twinlane-large-heap",
];
const wrk = "/usr/bin/wrk";
const loadAverageBefore = Number((os.loadavg()[0] ?? Number.NaN).toFixed(2));

type Sample = { readonly ratePerSecond: number; readonly perCpuSecond: number; readonly p99Ms: number };

export async function run(): Promise<void> {
  if (!existsSync(wrk)) {
    console.error(`splitter: skipped, ${wrk} is not installed`);
    return;
  }
  const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-bench-"));
  const stops: (() => Promise<void>)[] = [];
  try {
    const upstream = await startUpstream(directory);
    stops.push(upstream.stop);
    const peers: Peer[] = [];
    const skipped: Record<string, string> = {};
    for (const name of names) {
      const reason = missing(name);
      if (reason !== undefined) skipped[name] = reason;
      else peers.push(await startPeer(name, upstream.ports, directory));
      const last = peers.at(-1);
      if (last?.name === name) stops.push(last.stop);
    }
    const samples = await measureInTurn(peers);
    const capacity = samples.get("twinlane-split")?.ratePerSecond ?? 0;
    const beside = peers.filter(({ name }) => halfLoadPeers.some((half) => half === name));
    const changes = await weightChanges(upstream.ports);
    const allocated = await allocatedBytesPerRequest(upstream.ports);
    const fresh = await startPeer("twinlane-split", upstream.ports, directory);
    stops.push(fresh.stop);
    const idleBytes = await idleBytesPerConnection(fresh, idleConnections);
    const noSteadyLoad = missingSteadyLoad();
    if (noSteadyLoad !== undefined) skipped["half load, mirror harm"] = noSteadyLoad;
    keepOnCore(upstream.pid, loadCore);
    const half = noSteadyLoad ? undefined : await halfLoad(beside, Math.round(capacity / 2), directory);
    const harm = noSteadyLoad ? undefined : await mirrorHarm(upstream.ports.old, directory);
    report(samples, { skipped, half, changes, allocated, idleBytes, harm });
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureInTurn(peers: readonly Peer[]): Promise<Map<string, Sample>> {
  const all = new Map<string, Sample[]>(peers.map((peer) => [peer.name, []]));
  for (const peer of peers) await loadOnce(peer, 1); // warm
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) all.get(peer.name)?.push(await loadOnce(peer, secondsPerRound));
  }
  return new Map([...all].map(([name, samples]) => [name, medianSample(samples)]));
}

async function loadOnce(peer: Peer, seconds: number): Promise<Sample> {
  const cpuBefore = cpuSeconds(peer.pid);
  const child = spawn(wrk, ["-t1", "-c64", `-d${seconds}`, "--latency", `http://127.0.0.1:${peer.port}/x`]);
  const output = await text(child.stdout);
  const cpu = cpuSeconds(peer.pid) - cpuBefore;
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${peer.name} failed under load:\n${output}`);
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  return {
    ratePerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    perCpuSecond: requests / cpu,
    p99Ms: toMs(/99%\s+([\d.]+\w+)/.exec(output)?.[1] ?? ""),
  };
}

function toMs(given: string): number {
  const value = Number.parseFloat(given);
  if (given.endsWith("us")) return value / 1000;
  return given.endsWith("ms") ? value : value * 1000;
}

function medianSample(samples: readonly Sample[]): Sample {
  const middle = (pick: (sample: Sample) => number) =>
    samples.map(pick).toSorted((a, b) => a - b)[samples.length >> 1] ?? 0;
  return {
    ratePerSecond: Math.round(middle((sample) => sample.ratePerSecond)),
    perCpuSecond: Math.round(middle((sample) => sample.perCpuSecond)),
    p99Ms: middle((sample) => sample.p99Ms),
  };
}

type Extras = {
  readonly skipped: Readonly<Record<string, string>>;
  readonly half: HalfLoad | undefined;
  readonly changes: WeightChanges;
  readonly allocated: Readonly<Record<string, number>>;
  readonly idleBytes: number;
  readonly harm: MirrorHarm | undefined;
};

function report(
  samples: ReadonlyMap<string, Sample>,
  { skipped, half, changes, allocated, idleBytes, harm }: Extras,
): void {
  const ratio = (own: PeerName, other: PeerName, pick: (sample: Sample) => number) => {
    const [left, right] = [samples.get(own), samples.get(other)];
    return left && right ? quotient(pick(left), pick(right)) : undefined;
  };
  const result = {
    loadAverageBefore,
    machine: `${os.availableParallelism()} × ${os.cpus()[0]?.model ?? "unknown"}, Node ${process.version}`,
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    load: { rounds, secondsPerRound, wrkThreads: 1, connections: 64 },
    peers: Object.fromEntries(samples),
    skipped,
    ratios: {
      splitToNginxPerCpuSecond: ratio("twinlane-split", "nginx-split", (sample) => sample.perCpuSecond),
      splitToNginxRate: ratio("twinlane-split", "nginx-split", (sample) => sample.ratePerSecond),
      splitToHaproxyPerCpuSecond: ratio("twinlane-split", "haproxy-weights", (sample) => sample.perCpuSecond),
      splitToNodeHttpPerCpuSecond: ratio("twinlane-split", "node-http", (sample) => sample.perCpuSecond),
      mirrorToNginxMirrorPerCpuSecond: ratio(
        "twinlane-mirror",
        "nginx-mirror",
        (sample) => sample.perCpuSecond,
      ),
      compareToNginxMirrorPerCpuSecond: ratio(
        "twinlane-compare",
        "nginx-mirror",
        (sample) => sample.perCpuSecond,
      ),
      largeHeapToSplitPerCpuSecond: ratio(
        "twinlane-large-heap",
        "twinlane-split",
        (sample) => sample.perCpuSecond,
      ),
      halfLoadP99ToNginx: half && quotient(half.p99Ms["twinlane-split"], half.p99Ms["nginx-split"]),
      halfLoadP99ToNginxByRound: half && ratioByRound(half.p99MsOfRounds, "twinlane-split", "nginx-split"),
      mirrorHarmInstant: harm && worstHarm(harm.instant),
      mirrorHarmWorking: harm && worstHarm(harm.working),
      mirrorToNginxMirrorRate: ratio("twinlane-mirror", "nginx-mirror", (sample) => sample.ratePerSecond),
      compareToNginxMirrorRate: ratio("twinlane-compare", "nginx-mirror", (sample) => sample.ratePerSecond),
    },
    halfLoad: half,
    weightChanges: changes,
    allocatedBytesPerRequest: allocated,
    idleConnections,
    idleBytesPerConnection: Math.round(idleBytes),
    mirrorHarm: harm,
  };
  const target = new URL("./results/splitter.json", import.meta.url);
  mkdirSync(new URL(".", target), { recursive: true });
  writeFileSync(target, `${JSON.stringify(result, undefined, 2)}\n`);
  console.error(JSON.stringify(result, undefined, 2));
}

/** The worst of the broken targets to no copies at all. */
function worstHarm(ratios: MirrorHarm["instant"]): number {
  return Math.max(...Object.values(ratios).map(({ ratio }) => ratio));
}

/** The median of the ratios of single rounds: what changes on the machine from one round to the next cancels out. */
function ratioByRound(rounds: HalfLoad["p99MsOfRounds"], own: PeerName, other: PeerName): number | undefined {
  const [left, right] = [rounds[own], rounds[other]];
  if (left === undefined || right === undefined) return undefined;
  return quotient(median(left.map((p99Ms, round) => p99Ms / (right[round] ?? Number.NaN))), 1);
}

function quotient(value = Number.NaN, by = Number.NaN): number {
  return Number((value / by).toFixed(3));
}

if (import.meta.main) await run();
