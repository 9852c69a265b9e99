import type { Clock } from "../../base/clock.ts";
import { readControlGroup } from "./control-group.ts";
import {
  type CpuThrottling,
  parseCpuPressureMs,
  parseCpuThrottling,
  parseLoadAverage,
  parseSockets,
  parseSystemCpu,
  type SocketCounts,
  type SystemCpu,
} from "./proc-text.ts";
import { readParsed } from "./read-text.ts";

/** The machine at one moment: totals since boot, and what is so now. What this system doesn't tell is absent. */
export type SystemSample = {
  readonly atMs: number;
  readonly cpu?: SystemCpu;
  readonly cpuPressureMs?: number;
  readonly loadAverage?: number;
  readonly throttling?: CpuThrottling;
  readonly sockets?: SocketCounts;
};

/** What the machine did between two samples, as shares 0–1 of the time or of all its cores. */
export type SystemUse = {
  readonly atMs: number;
  /** Of all cores together. */
  readonly cpuShare?: number;
  /** Of all cores' time: wanted by us, given to other guests. */
  readonly stealShare?: number;
  /** Share of the time in which some task waited for a core. */
  readonly cpuPressureShare?: number;
  /** Share of the quota's periods in which our control group was stopped; absent without a quota. */
  readonly throttledShare?: number;
  readonly loadAverage?: number;
  readonly tcpInUse?: number;
  readonly tcpTimeWait?: number;
};

export async function sampleSystem(clock: Clock): Promise<SystemSample> {
  const [cpu, cpuPressureMs, loadAverage, throttling, sockets] = await Promise.all([
    readParsed("/proc/stat", parseSystemCpu),
    readParsed("/proc/pressure/cpu", parseCpuPressureMs),
    readParsed("/proc/loadavg", parseLoadAverage),
    readThrottling(),
    readParsed("/proc/net/sockstat", parseSockets),
  ]);
  return {
    atMs: clock.nowMs(),
    ...(cpu && { cpu }),
    ...(cpuPressureMs !== undefined && { cpuPressureMs }),
    ...(loadAverage !== undefined && { loadAverage }),
    ...(throttling && { throttling }),
    ...(sockets && { sockets }),
  };
}

export function systemUse(before: SystemSample, now: SystemSample): SystemUse {
  return {
    atMs: now.atMs,
    ...cpuShares(before.cpu, now.cpu),
    ...pressureShare(before, now),
    ...throttledShare(before.throttling, now.throttling),
    ...(now.loadAverage !== undefined && { loadAverage: now.loadAverage }),
    ...now.sockets,
  };
}

function cpuShares(
  before: SystemCpu | undefined,
  now: SystemCpu | undefined,
): Pick<SystemUse, "cpuShare" | "stealShare"> {
  if (before === undefined || now === undefined) return {};
  const ticks = now.totalTicks - before.totalTicks;
  if (ticks <= 0) return {};
  return {
    cpuShare: share(now.busyTicks - before.busyTicks, ticks),
    stealShare: share(now.stealTicks - before.stealTicks, ticks),
  };
}

function pressureShare(before: SystemSample, now: SystemSample): Pick<SystemUse, "cpuPressureShare"> {
  const elapsedMs = now.atMs - before.atMs;
  if (before.cpuPressureMs === undefined || now.cpuPressureMs === undefined || elapsedMs <= 0) return {};
  return { cpuPressureShare: share(now.cpuPressureMs - before.cpuPressureMs, elapsedMs) };
}

function throttledShare(
  before: CpuThrottling | undefined,
  now: CpuThrottling | undefined,
): Pick<SystemUse, "throttledShare"> {
  if (before === undefined || now === undefined) return {};
  const periods = now.periods - before.periods;
  if (periods <= 0) return {};
  return { throttledShare: share(now.throttledPeriods - before.throttledPeriods, periods) };
}

function share(part: number, whole: number): number {
  return Math.min(1, Math.max(0, part / whole));
}

async function readThrottling(): Promise<CpuThrottling | undefined> {
  return await readControlGroup(cpuStat, parseCpuThrottling);
}

const cpuStat = { controller: "cpu", version2: "cpu.stat", version1: "cpu.stat" };
