import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { cpuSeconds } from "../splitter/process-cost.ts";

/** A measurement, and how many cores other processes took meanwhile. */
export type Watched<T> = { readonly value: T; readonly othersCores: number };

/** Above it, a measurement says more about its neighbours than about its subject. */
const quietCores = 0.15;
const maxAttempts = 5;
const maxWaitMs = 20_000;
const lookMs = 300;
const ticksPerSecond = 100;

/**
 * Measures when the machine is quiet, again where it did not stay so, a bounded number of times; the least
 * disturbed measurement counts.
 *
 * @param ownPids - processes that are part of it and outlive it
 * @param ownCpuSeconds - CPU of those that ended with it
 */
export async function measureQuietly<T>(
  measure: () => Promise<T>,
  ownPids: readonly number[],
  ownCpuSeconds: (value: T) => number,
): Promise<Watched<T>> {
  let best: Watched<T> | undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    await waitForQuiet();
    const startMs = systemClock.nowMs();
    const busyBefore = busySeconds();
    const ownBefore = cpuOf(ownPids);
    const value = await measure();
    const own = cpuOf(ownPids) - ownBefore + ownCpuSeconds(value);
    const seconds = (systemClock.nowMs() - startMs) / 1000;
    const othersCores = Math.max(0, (busySeconds() - busyBefore - own) / seconds);
    if (best === undefined || othersCores < best.othersCores) best = { value, othersCores };
    if (othersCores < quietCores) break;
  }
  if (best === undefined) throw new Error("nothing was measured");
  return best;
}

/**
 * How late a process that does nothing but look at the clock would have been at 99 of 100 moments: the least
 * that any pacer can reach on this machine now.
 */
export function busyLatenessP99Ms(): number {
  const gapsMs: number[] = [];
  const startMs = performance.now();
  let lastMs = startMs;
  while (lastMs - startMs < 1000) {
    const nowMs = performance.now();
    if (nowMs - lastMs > 0.005) gapsMs.push(nowMs - lastMs);
    lastMs = nowMs;
  }
  const laterThan = (ms: number) => gapsMs.reduce((sum, gapMs) => sum + Math.max(0, gapMs - ms), 0);
  let latenessMs = 0;
  while (laterThan(latenessMs) > 0.01 * (lastMs - startMs)) latenessMs += 0.01;
  return Number(latenessMs.toFixed(2));
}

async function waitForQuiet(): Promise<void> {
  const untilMs = systemClock.nowMs() + maxWaitMs;
  for (let busy = busySeconds(); systemClock.nowMs() < untilMs; ) {
    await sleep(lookMs);
    const now = busySeconds();
    if (now - busy < (quietCores * lookMs) / 1000) return;
    busy = now;
  }
}

function cpuOf(pids: readonly number[]): number {
  const { user, system } = process.cpuUsage();
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), (user + system) / 1e6);
}

/** User, nice and system time of all processes, over all cores. Source: proc(5), /proc/stat. */
function busySeconds(): number {
  const [, user, nice, system] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/);
  return (Number(user) + Number(nice) + Number(system)) / ticksPerSecond;
}
