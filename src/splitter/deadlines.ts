/** Something that must not wait for ever. */
export interface Deadlined {
  /** On the clock of `Deadlines.nowMs`; infinite when nothing is awaited. */
  deadlineMs: number;
  onDeadline(): void;
}

const sweepMs = 25;

/**
 * Deadlines of all connections, looked through every 25 ms: setting one is a plain assignment, where a timer of
 * its own for every request would cost as much as parsing it.
 */
export class Deadlines {
  /** Milliseconds of `performance.now()`, at most one sweep old. */
  nowMs = performance.now();
  readonly #items = new Set<Deadlined>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
  }

  add(item: Deadlined): void {
    this.#items.add(item);
  }

  delete(item: Deadlined): void {
    this.#items.delete(item);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#items.clear();
  }

  #sweep(): void {
    this.nowMs = performance.now();
    for (const item of this.#items) {
      if (item.deadlineMs > this.nowMs) continue;
      item.deadlineMs = Number.POSITIVE_INFINITY;
      item.onDeadline();
    }
  }
}
