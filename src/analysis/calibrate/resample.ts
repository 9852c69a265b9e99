import type { Uniform } from "../../base/random.ts";
import type { DurationBins } from "../../stats/bins.ts";
import { normalQuantile } from "../../stats/normal-quantile.ts";

/** As many pieces of a run, such as its seconds, drawn with replacement. */
export function drawAgain<Piece>(pieces: readonly Piece[], uniform: Uniform): readonly Piece[] {
  return pieces.flatMap(() => {
    const drawn = pieces[Math.min(pieces.length - 1, Math.floor(uniform() * pieces.length))];
    return drawn === undefined ? [] : [drawn];
  });
}

/** Each duration drawn so often as chance would have it again: the bootstrap on a histogram. */
export function resampleBins(durations: DurationBins, uniform: Uniform): DurationBins {
  return keepCounted(
    durations.ms,
    durations.counts.map((count) => poisson(count, uniform)),
  );
}

/** Puts each duration by chance into one of two histograms, a share of `first` into the first. */
export function divideBins(
  { ms, counts }: DurationBins,
  first: number,
  uniform: Uniform,
): readonly [DurationBins, DurationBins] {
  const taken = counts.map((count) => {
    let times = 0;
    for (let one = 0; one < count; one++) if (uniform() <= first) times++;
    return times;
  });
  return [
    keepCounted(ms, taken),
    keepCounted(
      ms,
      counts.map((count, index) => count - (taken[index] ?? 0)),
    ),
  ];
}

function keepCounted(ms: readonly number[], counts: readonly number[]): DurationBins {
  const kept = counts.flatMap((count, index) => (count > 0 ? [index] : []));
  return {
    ms: kept.map((index) => ms[index] ?? 0),
    counts: kept.map((index) => counts[index] ?? 0),
    total: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** Source: Knuth's product of uniforms for small means, the normal law from 50 on. */
function poisson(mean: number, uniform: Uniform): number {
  if (mean >= 50) {
    const z = normalQuantile(Math.min(uniform(), 1 - 1e-12));
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean)));
  }
  const limit = Math.exp(-mean);
  let product = uniform();
  let count = 0;
  while (product > limit) {
    product *= uniform();
    count++;
  }
  return count;
}
