/**
 * First-come-first-served lines of requests, chained through one shared `next` column: no memory of their own
 * beyond a head, a tail and a length. A request stands in one line at a time.
 */
export class WaitingLines {
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  readonly lengths: Int32Array;

  constructor(count: number) {
    this.#heads = new Int32Array(count).fill(-1);
    this.#tails = new Int32Array(count).fill(-1);
    this.lengths = new Int32Array(count);
  }

  append(line: number, handle: number, next: Int32Array): void {
    next[handle] = -1;
    const tail = this.#tails[line] as number;
    if (tail < 0) this.#heads[line] = handle;
    else next[tail] = handle;
    this.#tails[line] = handle;
    this.lengths[line] = (this.lengths[line] as number) + 1;
  }

  /** The first in line, or -1. */
  head(line: number): number {
    return this.#heads[line] as number;
  }

  /** Takes the first out of a line that isn't empty. */
  shift(line: number, next: Int32Array): number {
    const handle = this.#heads[line] as number;
    const following = next[handle] as number;
    this.#heads[line] = following;
    if (following < 0) this.#tails[line] = -1;
    this.lengths[line] = (this.lengths[line] as number) - 1;
    return handle;
  }

  /** Forgets everybody who stands in the line. */
  clear(line: number): void {
    this.#heads[line] = -1;
    this.#tails[line] = -1;
    this.lengths[line] = 0;
  }
}
