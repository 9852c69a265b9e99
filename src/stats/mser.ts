/** How many values MSER-5 puts into one batch. */
const batchSize = 5;

export type Truncation = {
  /** Values at the start that belong to the warm-up; a multiple of five. */
  readonly discard: number;
  /** False when the best cut lies at the edge of what may be cut: the series is too short to tell. */
  readonly isSettled: boolean;
};

/**
 * Where the warm-up of a series ends: the cut that makes the rest's estimated standard error least.
 *
 * @param series - values in time order, for example mean response times of short spans
 *
 * Source: K. P. White, M. J. Cobb and S. C. Spratt, "A comparison of five steady-state truncation heuristics for
 * simulation" (2000): batches of five, at most half of the series is cut.
 */
export function mser5(series: readonly number[]): Truncation {
  const batches = batchMeans(series);
  const most = Math.floor(batches.length / 2);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  // From the end, so that each cut's sums follow from the next one's.
  for (let cut = batches.length - 1; cut >= 0; cut--) {
    const value = batches[cut] ?? 0;
    sum += value;
    squares += value * value;
    if (cut > most) continue;
    const kept = batches.length - cut;
    const error = Math.max(0, squares - (sum * sum) / kept) / kept ** 2;
    if (error <= least) {
      least = error;
      best = cut;
    }
  }
  return { discard: best * batchSize, isSettled: batches.length >= 10 && best < most };
}

function batchMeans(series: readonly number[]): readonly number[] {
  const count = Math.floor(series.length / batchSize);
  return Array.from({ length: count }, (_, batch) => {
    let sum = 0;
    for (let index = 0; index < batchSize; index++) sum += series[batch * batchSize + index] ?? 0;
    return sum / batchSize;
  });
}
