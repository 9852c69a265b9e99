import { BoundedQueue } from "./bounded-queue.ts";

/** What became of somebody who asked for a slot. */
export type Admission = "started" | "queued" | "refused";

/** A number of slots worked in at once, and a bounded line before them, first come first served. */
export class Slots {
  readonly #slots: number;
  readonly #line: BoundedQueue<() => void>;
  #busy = 0;
  #filling = false;

  constructor(slots: number, maxWaiting: number) {
    this.#slots = slots;
    this.#line = new BoundedQueue(maxWaiting);
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Calls `start` in a slot, now or later; it must `leave` when its work is done. */
  enter(start: () => void): Admission {
    if (this.#busy < this.#slots && this.#line.length === 0) {
      this.#busy++;
      start();
      return "started";
    }
    return this.#line.push(start) ? "queued" : "refused";
  }

  leave(): void {
    this.#busy--;
    this.#fill();
  }

  /** A loop, not a recursion: somebody who starts here may leave at once, thousands of times in a row. */
  #fill(): void {
    if (this.#filling) return;
    this.#filling = true;
    try {
      while (this.#busy < this.#slots) {
        const start = this.#line.shift();
        if (start === undefined) break;
        this.#busy++;
        start();
      }
    } finally {
      this.#filling = false;
    }
  }
}
