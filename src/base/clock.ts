/** A source of monotonic time. Pure rooms receive one; only the edges create `systemClock`. */
export interface Clock {
  /** Milliseconds since an arbitrary fixed moment, with sub-microsecond fractions; never goes back. */
  nowMs(): number;
}

/**
 * `performance.now()` counts from the start of its own process; the kernel's monotonic clock is one for
 * the machine. The difference, taken once, puts the stamps of all our processes on one axis.
 */
const processOffsetMs = smallestOffsetMs(32);

/** The machine's monotonic clock (CLOCK_MONOTONIC), comparable between processes of one machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now() + processOffsetMs,
};

/** The least of several readings is the one with the least delay between its two clock calls. */
function smallestOffsetMs(tries: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < tries; count++) {
    const before = performance.now();
    best = Math.min(best, Number(process.hrtime.bigint()) / 1e6 - before);
  }
  return best;
}
