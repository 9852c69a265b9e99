import type { Clock } from "../../src/base/clock.ts";
import type { QueueStats } from "../../src/measure/mock-messages.ts";
import { BoundedQueue } from "../bounded-queue.ts";

/**
 * One line of messages for all consumers, first come first served, and a line of consumers that have a hand free, who
 * get them in turn. A consumer says how many hands it has by saying that often that it is ready.
 */
export class MessageLine<Consumer> {
  readonly #clock: Clock;
  readonly #handOver: (consumer: Consumer) => void;
  readonly #messages: BoundedQueue<number>;
  /** As many entries as free hands; bounded by the consumers' concurrency. */
  #free: Consumer[] = [];
  readonly #working = new Map<Consumer, number>();
  readonly #counts = { put: 0, refused: 0, handedOver: 0, returned: 0, longestWaitMs: 0, totalWaitMs: 0 };

  constructor(options: {
    readonly maxWaiting: number;
    readonly clock: Clock;
    readonly handOver: (consumer: Consumer) => void;
  }) {
    this.#clock = options.clock;
    this.#handOver = options.handOver;
    this.#messages = new BoundedQueue(options.maxWaiting);
  }

  get counts(): Omit<QueueStats, "type"> {
    return { ...this.#counts, waiting: this.#messages.length };
  }

  put(): void {
    if (this.#messages.push(this.#clock.nowMs())) this.#counts.put++;
    else this.#counts.refused++;
    this.#deal();
  }

  ready(consumer: Consumer): void {
    const working = this.#working.get(consumer) ?? 0;
    if (working > 0) this.#working.set(consumer, working - 1);
    this.#free.push(consumer);
    this.#deal();
  }

  /** What it worked on is put back, behind what waits. */
  gone(consumer: Consumer): void {
    this.#free = this.#free.filter((other) => other !== consumer);
    const working = this.#working.get(consumer) ?? 0;
    this.#working.delete(consumer);
    for (let message = 0; message < working; message++) {
      this.#counts.returned++;
      if (!this.#messages.push(this.#clock.nowMs())) this.#counts.refused++;
    }
    this.#deal();
  }

  #deal(): void {
    while (this.#messages.length > 0) {
      const consumer = this.#free.shift();
      if (consumer === undefined) return;
      const waitedMs = this.#clock.nowMs() - (this.#messages.shift() ?? 0);
      this.#counts.handedOver++;
      this.#counts.totalWaitMs += waitedMs;
      this.#counts.longestWaitMs = Math.max(this.#counts.longestWaitMs, waitedMs);
      this.#working.set(consumer, (this.#working.get(consumer) ?? 0) + 1);
      this.#handOver(consumer);
    }
  }
}
