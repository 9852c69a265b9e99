import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { parseCpuMax, parseMemoryLimit, readControlGroup } from "./control-group.ts";
import { describeMachine, type Machine, type MachineLimits, readMachineLimits } from "./machine.ts";
import { readText } from "./read-text.ts";
import { type SystemUse, sampleSystem, systemUse } from "./system-sample.ts";
import { measureTimers, type TimerAccuracy } from "./timer-accuracy.ts";

/** Everything about a machine that decides what can be measured on it. What it doesn't tell is absent. */
export type MachineFacts = {
  readonly machine: Machine;
  readonly limits: MachineLimits;
  /** Cores that the control group may use; absent without a quota. */
  readonly quotaCores?: number;
  /** Memory that the control group may use, in bytes; absent without a limit. */
  readonly memoryLimitBytes?: number;
  /** What the kernel reads the time from, for example `tsc`. */
  readonly clockSource?: string;
  readonly timers: TimerAccuracy;
  /** What everything on it did in a second in which we did nothing. */
  readonly use: SystemUse;
};

const watchMs = 1000;

/** Takes about a second and a half, in which the machine should be left alone. */
export async function gatherMachineFacts(clock: Clock): Promise<MachineFacts> {
  const before = await sampleSystem(clock);
  await sleep(watchMs);
  const use = systemUse(before, await sampleSystem(clock));
  const [limits, quotaCores, memoryLimitBytes, clockSource] = await Promise.all([
    readMachineLimits(),
    readQuotaCores(),
    readControlGroup(memoryFile, parseMemoryLimit),
    readText("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
  ]);
  return {
    machine: describeMachine(),
    limits,
    ...(isLimit(quotaCores) && { quotaCores }),
    ...(isLimit(memoryLimitBytes) && { memoryLimitBytes }),
    ...(clockSource !== undefined && { clockSource: clockSource.trim() }),
    timers: await measureTimers(clock),
    use,
  };
}

const memoryFile = { controller: "memory", version2: "memory.max", version1: "memory.limit_in_bytes" };
const quotaFile = { controller: "cpu", version2: "cpu.max", version1: "cpu.cfs_quota_us" };
const periodFile = { controller: "cpu", version2: "cpu.max", version1: "cpu.cfs_period_us" };

/** Version 2 has quota and period in one file; version 1 in two, with a quota of −1 for none. */
async function readQuotaCores(): Promise<number | undefined> {
  const cores = await readControlGroup(quotaFile, parseCpuMax);
  if (cores !== undefined) return cores;
  const [quotaUs, periodUs] = await Promise.all([
    readControlGroup(quotaFile, wholeNumber),
    readControlGroup(periodFile, wholeNumber),
  ]);
  return quotaUs === undefined || periodUs === undefined ? undefined : quotaUs / periodUs;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function isLimit(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
