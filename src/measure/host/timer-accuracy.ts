import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";

export type Lateness = { readonly p50Ms: number; readonly p99Ms: number };

/** How exactly this machine wakes a process now, and what a look at its clock costs. */
export type TimerAccuracy = {
  /** A futex wait of half a millisecond: what the pacer sleeps on. */
  readonly wait: Lateness;
  /** A timer of Node, of 2 ms; it counts in whole ms. */
  readonly timer: Lateness;
  readonly clockReadNs: number;
};

const waits = 400;
const waitMs = 0.5;
const timers = 100;
const timerMs = 2;
const clockReads = 100_000;

/** Takes about half a second; waits block the process, timers don't. */
export async function measureTimers(clock: Clock): Promise<TimerAccuracy> {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const waitsLateMs = Array.from({ length: waits }, () => {
    const startMs = clock.nowMs();
    Atomics.wait(cell, 0, 0, waitMs);
    return clock.nowMs() - startMs - waitMs;
  });
  const timersLateMs: number[] = [];
  for (let count = 0; count < timers; count++) {
    const startMs = clock.nowMs();
    await sleep(timerMs);
    timersLateMs.push(clock.nowMs() - startMs - timerMs);
  }
  return { wait: lateness(waitsLateMs), timer: lateness(timersLateMs), clockReadNs: clockReadNs(clock) };
}

function clockReadNs(clock: Clock): number {
  const startMs = clock.nowMs();
  for (let count = 0; count < clockReads; count++) clock.nowMs();
  return ((clock.nowMs() - startMs) * 1e6) / clockReads;
}

/** A wake-up a fraction too early is none that is late. */
function lateness(lateMs: readonly number[]): Lateness {
  const sorted = lateMs.map((ms) => Math.max(0, ms)).toSorted((left, right) => left - right);
  const at = (quantile: number) => sorted[Math.ceil(sorted.length * quantile) - 1] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
