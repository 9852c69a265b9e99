import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../src/base/clock.ts";

/**
 * A thread that sleeps until a moment and then wakes its parent. Node's timers know whole milliseconds only; the
 * kernel's futex, which `Atomics.wait` sleeps on, is exact to some 50 µs and costs nothing meanwhile.
 *
 * Shared memory: an Int32 that the parent raises with every order, and at byte 8 a Float64, the moment in ms.
 */
const shared = workerData as SharedArrayBuffer;
const order = new Int32Array(shared, 0, 1);
const wakeAtMs = new Float64Array(shared, 8, 1);
let done = 0;

for (;;) {
  const current = Atomics.load(order, 0);
  const remainingMs = current === done ? Number.POSITIVE_INFINITY : (wakeAtMs[0] ?? 0) - systemClock.nowMs();
  if (remainingMs > 0 && Atomics.wait(order, 0, current, remainingMs) !== "timed-out") continue;
  done = current;
  parentPort?.postMessage(undefined);
}
