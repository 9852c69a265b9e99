import { replaceLeast } from "./least-heap.ts";

/**
 * When the slots of one server come free: a binary heap of so many times, of which only the least is ever replaced.
 * With one slot it is Lindley's recursion, with several that of Kiefer and Wolfowitz.
 *
 * Source: J. Kiefer and J. Wolfowitz, "On the theory of queues with many servers" (1955).
 */
export class SlotClock {
  readonly #freeAtMs: Float64Array;
  /** Starts of those who wait, a ring in time order. */
  #starts = new Float64Array(firstStarts);
  #head = 0;
  #waiting = 0;

  constructor(slots: number) {
    this.#freeAtMs = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  }

  /** When a request that comes now starts; how many wait before it is in `waitingAt`. */
  startOf(nowMs: number): number {
    return Math.max(nowMs, this.#freeAtMs[0] as number);
  }

  /** How many requests wait at this moment; moments must not go back. */
  waitingAt(nowMs: number): number {
    while (this.#waiting > 0 && (this.#starts[this.#head] as number) <= nowMs) {
      this.#head = (this.#head + 1) & (this.#starts.length - 1);
      this.#waiting--;
    }
    return this.#waiting;
  }

  /** Books the slot that is free first from a start to an end. */
  book(nowMs: number, startMs: number, endMs: number): void {
    if (startMs > nowMs) this.#wait(startMs);
    replaceLeast(this.#freeAtMs, endMs);
  }

  /** Bounded by the server's line: whoever books asks `waitingAt` first. */
  #wait(startMs: number): void {
    const length = this.#starts.length;
    if (this.#waiting === length) {
      const larger = new Float64Array(2 * length);
      for (let index = 0; index < length; index++) {
        larger[index] = this.#starts[(this.#head + index) & (length - 1)] as number;
      }
      this.#starts = larger;
      this.#head = 0;
    }
    this.#starts[(this.#head + this.#waiting++) & (this.#starts.length - 1)] = startMs;
  }
}

const firstStarts = 64;
