import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock } from "../src/base/clock.ts";
import { DeadlineHeap } from "./deadline-heap.ts";

/**
 * Calls back at a moment of the system clock, some microseconds after it on an idle machine, without burning CPU
 * in between: a sleeping thread wakes the loop shortly before the moment, and the rest is spun turn by turn, so
 * that the loop keeps answering meanwhile. How late it is, is measured in bench/mock.ts.
 */
export class ServiceClock {
  readonly #heap = new DeadlineHeap();
  readonly #sleeper = new Sleeper(() => this.#wake());
  #turning = false;
  #running = false;

  /** Calls `callback` once, at `atMs` or the next turn of the loop if that has passed. Callers bound their number. */
  at(atMs: number, callback: () => void): void {
    this.#heap.push(atMs, callback);
    this.#arm();
  }

  /** Runs what is due; a busy process calls this between its other work, so as not to wait for the thread. */
  runDue(): void {
    if (this.#running) return;
    this.#running = true;
    const nowMs = systemClock.nowMs();
    try {
      for (let due = this.#heap.popUntil(nowMs); due !== undefined; due = this.#heap.popUntil(nowMs)) due();
    } finally {
      this.#running = false;
    }
  }

  /** Moments not reached yet. */
  get pending(): number {
    return this.#heap.size;
  }

  async close(): Promise<void> {
    await this.#sleeper.close();
  }

  #wake(): void {
    this.runDue();
    this.#arm();
  }

  #arm(): void {
    if (this.#turning || this.#heap.size === 0) return;
    const nextMs = this.#heap.nextMs;
    if (nextMs - systemClock.nowMs() > spinMs) {
      this.#sleeper.wakeAt(nextMs - wakeEarlyMs);
      return;
    }
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      this.#wake();
    });
  }
}

/** How long before the moment the thread wakes the loop: what its wake-up and its message take. */
const wakeEarlyMs = 0.1;
/** Nearer than this the loop turns without sleeping. */
const spinMs = 0.15;

class Sleeper {
  readonly #shared = new SharedArrayBuffer(16);
  readonly #order = new Int32Array(this.#shared, 0, 1);
  readonly #wakeAtMs = new Float64Array(this.#shared, 8, 1);
  readonly #onWake: () => void;
  #thread: Worker | undefined;
  #armedMs = Number.POSITIVE_INFINITY;

  constructor(onWake: () => void) {
    this.#onWake = onWake;
  }

  /** Wakes at the earliest moment asked for since the last wake-up; whoever is woken asks again. */
  wakeAt(atMs: number): void {
    if (atMs >= this.#armedMs) return;
    this.#thread ??= this.#start();
    this.#armedMs = atMs;
    this.#wakeAtMs[0] = atMs;
    Atomics.add(this.#order, 0, 1);
    Atomics.notify(this.#order, 0);
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** Started with the first sleep: a service that never waits has no second thread. */
  #start(): Worker {
    const file = new URL(`./sleeper${extname(import.meta.filename)}`, import.meta.url);
    const thread = new Worker(file, { workerData: this.#shared });
    thread.unref();
    thread.on("message", () => {
      this.#armedMs = Number.POSITIVE_INFINITY;
      this.#onWake();
    });
    return thread;
  }
}
