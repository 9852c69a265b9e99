import { systemClock } from "./clock.ts";

/** How soon a process that stands still notices that its parent is gone. */
const sliceMs = 50;

/**
 * Blocks this process's main thread: nothing is read, answered or called back, while its connections stay open and
 * the kernel goes on accepting new ones. Unlike a process stopped by a signal it moves again by itself, and ends
 * when its parent has ended, so that nothing is left behind whatever happens to whoever asked for it.
 *
 * @param forMs - undefined: for as long as the parent lives
 */
export function standStill(forMs: number | undefined): void {
  const parent = process.ppid;
  const never = new Int32Array(new SharedArrayBuffer(4));
  const endMs = systemClock.nowMs() + (forMs ?? Number.POSITIVE_INFINITY);
  for (let leftMs = endMs - systemClock.nowMs(); leftMs > 0; leftMs = endMs - systemClock.nowMs()) {
    Atomics.wait(never, 0, 0, Math.min(leftMs, sliceMs));
    if (process.ppid !== parent) process.exit(0);
  }
}
