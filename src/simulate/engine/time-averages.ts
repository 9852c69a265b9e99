/** Moments at which the number of requests in the system is noted, for the growth of an overloaded system. */
const samples = 64;

/** What is counted in the system, in the order of the columns. */
export const level = { inOld: 0, inNew: 1, busyOld: 2, busyNew: 3, awaited: 4 } as const;
const levels = 5;

/** Levels as plain data: their integrals over the measured part. */
export type Levels = {
  readonly areas: Float64Array<ArrayBuffer>;
  /** Requests that users wait for, at equal steps through the measured part. */
  readonly awaitedAt: Float64Array<ArrayBuffer>;
};

export function emptyLevels(): Levels {
  return { areas: new Float64Array(levels), awaitedAt: new Float64Array(samples) };
}

/**
 * How many requests are where, integrated over the measured part (from 0 to its end): each that comes takes the time
 * until then off the sum, each that goes adds the time until then.
 */
export class TimeAverages {
  readonly levels: Levels = emptyLevels();
  readonly #endMs: number;
  readonly #stepMs: number;
  readonly #current = new Float64Array(levels);
  #sampled = 0;
  #sampleMs = 0;

  constructor(endMs: number) {
    this.#endMs = endMs;
    this.#stepMs = endMs / samples;
  }

  change(index: number, nowMs: number, by: number): void {
    const { areas } = this.levels;
    const withinMs = Math.min(Math.max(nowMs, 0), this.#endMs);
    areas[index] = (areas[index] as number) - by * withinMs;
    this.#current[index] = (this.#current[index] as number) + by;
  }

  /** The same for the requests that users wait for, whose number is also sampled. */
  changeAwaited(nowMs: number, by: number): void {
    if (nowMs > this.#sampleMs) this.#sampleUntil(nowMs);
    this.change(level.awaited, nowMs, by);
  }

  /** Brings every integral to the end. */
  finish(): void {
    this.#sampleUntil(this.#endMs);
    for (let index = 0; index < levels; index++)
      this.change(index, this.#endMs, -(this.#current[index] as number));
  }

  #sampleUntil(nowMs: number): void {
    const current = this.#current[level.awaited] as number;
    while (this.#sampled < samples && this.#sampleMs < nowMs) {
      this.levels.awaitedAt[this.#sampled++] = current;
      this.#sampleMs = this.#sampled * this.#stepMs;
    }
    if (this.#sampled === samples) this.#sampleMs = Number.POSITIVE_INFINITY;
  }
}
