import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { type SystemUse, sampleSystem, systemUse } from "./system-sample.ts";

/** What the machine did in each `everyMs`, on a fixed beat, until the signal; the first comes after the first beat. */
export async function* sampleMachine(options: {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}): AsyncGenerator<SystemUse, void> {
  const { clock, everyMs, signal } = options;
  let before = await sampleSystem(clock);
  let dueMs = before.atMs;
  for (;;) {
    dueMs = Math.max(dueMs + everyMs, clock.nowMs());
    await sleep(dueMs - clock.nowMs(), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const now = await sampleSystem(clock);
    yield systemUse(before, now);
    before = now;
  }
}
