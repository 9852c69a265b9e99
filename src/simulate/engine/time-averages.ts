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

/** How many requests are where, integrated over the measured part (from 0 to its end). */
export class TimeAverages {
  readonly levels: Levels;
  readonly #endMs: number;
  readonly #current = new Float64Array(levels);
  readonly #changedMs = new Float64Array(levels).fill(Number.NEGATIVE_INFINITY);
  #sampled = 0;

  constructor(endMs: number) {
    this.#endMs = endMs;
    this.levels = emptyLevels();
  }

  change(index: number, nowMs: number, by: number): void {
    const before = this.#current[index] as number;
    if (nowMs > 0) {
      const fromMs = Math.max(0, this.#changedMs[index] as number);
      const toMs = Math.min(nowMs, this.#endMs);
      if (toMs > fromMs) {
        this.levels.areas[index] = (this.levels.areas[index] as number) + before * (toMs - fromMs);
      }
      if (index === level.awaited) this.#sampleUntil(nowMs, before);
    }
    this.#changedMs[index] = nowMs;
    this.#current[index] = before + by;
  }

  /** Brings every integral to the end. */
  finish(): void {
    for (let index = 0; index < levels; index++) this.change(index, this.#endMs, 0);
  }

  #sampleUntil(nowMs: number, current: number): void {
    const stepMs = this.#endMs / samples;
    while (this.#sampled < samples && this.#sampled * stepMs < nowMs) {
      this.levels.awaitedAt[this.#sampled++] = current;
    }
  }
}
