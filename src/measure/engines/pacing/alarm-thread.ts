import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../base/clock.ts";
import { alarmViews } from "./alarm-memory.ts";

/**
 * A thread that sleeps until the alarm's moment and then knocks. Node's own timers are whole milliseconds;
 * a futex wait is good to about 0.1 ms, costs nothing while it lasts, and leaves the event loop free.
 */
const { changes, wakeAtMs } = alarmViews(workerData as SharedArrayBuffer);

for (;;) {
  const seen = Atomics.load(changes, 0);
  if (seen < 0) break;
  const leftMs = (wakeAtMs[0] as number) - systemClock.nowMs();
  if (leftMs > 0) Atomics.wait(changes, 0, seen, leftMs);
  else {
    wakeAtMs[0] = Number.POSITIVE_INFINITY;
    parentPort?.postMessage(undefined);
  }
}
