import { type DurationBins, durationAtRank, mergeBins } from "../stats/bins.ts";
import { percentileQuantiles, samplesNeeded } from "../stats/percentiles.ts";

/** What one version answered in one second, or in one span of a long simulation. */
export type SecondSample = {
  /** The first second of the span. */
  readonly second: number;
  readonly durations: DurationBins;
  /** Requests that count as infinitely slow. */
  readonly neverAnswered: number;
};

export type MovingPercentile = {
  /** null: not met. */
  readonly ms: number | null;
  /** Over how many seconds, this one the last. */
  readonly seconds: number;
};

/** Further back than this, a percentile says nothing about now. */
const furthestBackSeconds = 30;

/**
 * p99 at each second, over as many of the last seconds as give it samples enough; at 20 requests/s these are
 * fifteen.
 *
 * @param samples - in time order
 * @param spanSeconds - how long each of them is
 * @returns one for each sample; undefined where half a minute is not enough
 */
export function movingP99(
  samples: readonly SecondSample[],
  spanSeconds: number,
): readonly (MovingPercentile | undefined)[] {
  const needed = samplesNeeded(percentileQuantiles.p99);
  return samples.map((last, index) => {
    let durations = last.durations;
    let neverAnswered = last.neverAnswered;
    let first = last.second;
    for (let back = index - 1; durations.total + neverAnswered < needed; back--) {
      const earlier = samples[back];
      if (earlier === undefined || last.second - earlier.second + spanSeconds > furthestBackSeconds)
        return undefined;
      durations = mergeBins(durations, earlier.durations);
      neverAnswered += earlier.neverAnswered;
      first = earlier.second;
    }
    const rank = Math.ceil(percentileQuantiles.p99 * (durations.total + neverAnswered) - 1e-9);
    const ms = durationAtRank(durations, rank);
    return { ms: Number.isFinite(ms) ? ms : null, seconds: last.second - first + spanSeconds };
  });
}
