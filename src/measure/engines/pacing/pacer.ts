import type { Clock } from "../../../base/clock.ts";
import { Alarm } from "./alarm.ts";

/** The alarm rings this much early; the rest is spent spinning, with the event loop turning all the while. */
const spinMs = 0.12;
/** Less than this is not worth another turn of the event loop. */
const busyMs = 0.02;

/**
 * Wakes its owner at a due time to about a hundredth of a millisecond, and costs a core nothing in between.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #alarm: Alarm;
  #dueMs = Number.POSITIVE_INFINITY;
  #isSpinning = false;
  #isClosed = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#alarm = new Alarm(() => this.#check());
  }

  async ready(): Promise<void> {
    await this.#alarm.ready();
  }

  /** Wakes at this moment instead of the one set before; Infinity for never. */
  wakeAt(dueMs: number): void {
    this.#dueMs = dueMs;
    if (this.#isSpinning || this.#isClosed) return;
    if (dueMs - this.#clock.nowMs() > spinMs) this.#alarm.setTo(dueMs - spinMs);
    else this.#spin();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#alarm.close();
  }

  #spin(): void {
    this.#isSpinning = true;
    setImmediate(() => {
      this.#isSpinning = false;
      this.#check();
    });
  }

  #check(): void {
    if (this.#isClosed || this.#isSpinning) return;
    if (this.#dueMs - this.#clock.nowMs() > busyMs) {
      this.wakeAt(this.#dueMs);
      return;
    }
    while (this.#clock.nowMs() < this.#dueMs);
    this.#onDue();
  }
}
