/** The clock that a service stamps its writes with, in µs since 1970: the machine's, and ahead of it where a fault says so. */
export class WriteClock {
  #aheadUs = 0;
  #lastUs = 0;

  /** Never the same twice, so that of two writes of one process the later one wins. */
  nowUs(): number {
    const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000) + this.#aheadUs;
    this.#lastUs = this.#aheadUs > 0 || nowUs > this.#lastUs ? Math.max(nowUs, this.#lastUs + 1) : nowUs;
    return this.#lastUs;
  }

  setAhead(aheadMs: number): void {
    if (aheadMs * 1000 < this.#aheadUs) this.#lastUs = 0;
    this.#aheadUs = aheadMs * 1000;
  }
}
