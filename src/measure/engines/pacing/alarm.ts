import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { alarmBytes, alarmViews } from "./alarm-memory.ts";

/** Calls back at a moment of the machine's clock, to about 0.1 ms; see `alarm-thread.ts`. */
export class Alarm {
  readonly #memory = new SharedArrayBuffer(alarmBytes);
  readonly #views = alarmViews(this.#memory);
  readonly #thread: Worker;

  constructor(ring: () => void) {
    this.#views.wakeAtMs[0] = Number.POSITIVE_INFINITY;
    this.#thread = new Worker(threadFile, {
      workerData: this.#memory,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    this.#thread.on("message", ring);
  }

  /** Resolves once the thread is up. */
  async ready(): Promise<void> {
    await once(this.#thread, "online");
  }

  /** Replaces the moment that was set before. */
  setTo(wakeAtMs: number): void {
    this.#views.wakeAtMs[0] = wakeAtMs;
    Atomics.add(this.#views.changes, 0, 1);
    Atomics.notify(this.#views.changes, 0);
  }

  async close(): Promise<void> {
    Atomics.store(this.#views.changes, 0, -1);
    Atomics.notify(this.#views.changes, 0);
    await this.#thread.terminate();
  }
}

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const threadFile = new URL(`./alarm-thread.${extension}`, import.meta.url);
