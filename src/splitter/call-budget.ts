/**
 * How many calls may come: `perSecond` in the long run, as many at once. A bucket that fills steadily.
 */
export class CallBudget {
  readonly #perSecond: number;
  #left: number;
  #lastMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#lastMs = nowMs;
  }

  /** @returns whether this call is within the budget, which it then uses up */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#lastMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    this.#lastMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
