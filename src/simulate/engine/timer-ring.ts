/**
 * Timers that all run equally long and so end in the order in which they began: a ring instead of a heap. A timer
 * is never cancelled; whoever meets it at its end knows from the serial whether it still means anything.
 */
export class TimerRing {
  #times = new Float64Array(firstCapacity);
  #handles = new Int32Array(firstCapacity);
  #serials = new Int32Array(firstCapacity);
  #head = 0;
  #size = 0;

  /** When the oldest timer ends, in ms; infinite when there is none. */
  nextMs = Number.POSITIVE_INFINITY;

  /** Bounded by the requests begun within one timeout. */
  push(atMs: number, handle: number, serial: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const place = (this.#head + this.#size++) & (this.#times.length - 1);
    this.#times[place] = atMs;
    this.#handles[place] = handle;
    this.#serials[place] = serial;
    if (this.#size === 1) this.nextMs = atMs;
  }

  get handle(): number {
    return this.#handles[this.#head] as number;
  }

  get serial(): number {
    return this.#serials[this.#head] as number;
  }

  /** Drops the oldest timer, which must exist. */
  drop(): void {
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.#size--;
    this.nextMs = this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[this.#head] as number);
  }

  #grow(): void {
    const length = this.#times.length;
    const times = new Float64Array(2 * length);
    const handles = new Int32Array(2 * length);
    const serials = new Int32Array(2 * length);
    for (let index = 0; index < length; index++) {
      const place = (this.#head + index) & (length - 1);
      times[index] = this.#times[place] as number;
      handles[index] = this.#handles[place] as number;
      serials[index] = this.#serials[place] as number;
    }
    this.#times = times;
    this.#handles = handles;
    this.#serials = serials;
    this.#head = 0;
  }
}

const firstCapacity = 1024;
