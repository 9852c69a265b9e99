import type { Uniform } from "../../base/random.ts";
import type { DurationBins } from "../../stats/bins.ts";
import { endedCount, type Sample, type SampleCounts } from "../sample.ts";

/**
 * A sample as if only so many of its requests had been made: drawn at random without replacement, how they ended and
 * how long they took each by itself. A percentile of few requests differs from one of many by their number alone, so
 * a baseline to compare with must be of the same size.
 *
 * @param count - requests to keep; a sample of no more is given back as it is
 *
 * Source: selection sampling, Knuth, The Art of Computer Programming vol. 2, section 3.4.2, algorithm S.
 */
export function drawDown(sample: Sample, count: number, uniform: Uniform): Sample {
  const ended = endedCount(sample.counts);
  if (ended <= count) return sample;
  const { completed, failed, timedOut, notSent } = sample.counts;
  const kept = select([completed, failed, timedOut, notSent], count, uniform);
  const [keptCompleted = 0, keptFailed = 0, keptTimedOut = 0, keptNotSent = 0] = kept;
  const counts: SampleCounts = {
    scheduled: count,
    completed: keptCompleted,
    failed: keptFailed,
    timedOut: keptTimedOut,
    notSent: keptNotSent,
    inFlight: 0,
  };
  const times = Math.min(sample.responseTimes.total, count - keptNotSent);
  return { ...sample, counts, responseTimes: drawTimes(sample.responseTimes, times, uniform) };
}

function drawTimes({ ms, counts }: DurationBins, count: number, uniform: Uniform): DurationBins {
  const kept = select(counts, count, uniform);
  return {
    ms: ms.filter((_, index) => (kept[index] ?? 0) > 0),
    counts: kept.filter((many) => many > 0),
    total: count,
  };
}

/** How many of each class are among `count` drawn from all of them. */
function select(classes: readonly number[], count: number, uniform: Uniform): readonly number[] {
  let left = classes.reduce((sum, many) => sum + many, 0);
  let wanted = count;
  return classes.map((many) => {
    let kept = 0;
    for (let each = 0; each < many && wanted > 0; each++, left--) {
      // Uniform draws lie in (0, 1].
      if (left * uniform() > wanted) continue;
      kept++;
      wanted--;
    }
    return kept;
  });
}
