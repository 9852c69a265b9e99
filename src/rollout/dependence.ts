import type { SampleMetric } from "../scenario/rollout-schema.ts";
import { type DurationBins, durationAtRank, momentsOf } from "../stats/bins.ts";
import { studentT, twoSidedZ } from "../stats/normal.ts";
import type { BatchedSample } from "./batched-sample.ts";
import { quantileOf } from "./metric.ts";
import { endedCount, failedCount, type Sample } from "./sample.ts";

/**
 * How much more a metric scatters than it would if requests were independent: they aren't where they queue
 * behind one another, and an interval that overlooks it raises false alarms.
 */
export type Dependence = {
  /** Variance between batches over the variance that independent requests would give, at least 1. */
  readonly factor: number;
  /** Of this estimate; 0 where there were too few batches for one. */
  readonly degreesOfFreedom: number;
};

const independent: Dependence = { factor: 1, degreesOfFreedom: 0 };

const fewestBatches = 4;

/**
 * The design effect of a metric, from the sums of its scores in consecutive batches.
 *
 * Source: batch means (Law, Simulation Modeling and Analysis, ch. 9.5) for the linear part of each estimator.
 */
export function dependenceOf(metric: SampleMetric, { whole, batches }: BatchedSample): Dependence {
  const filled = batches.filter(({ counts }) => endedCount(counts) > 0);
  if (filled.length < fewestBatches) return independent;
  const score = scoreOf(metric, whole);
  if (score === undefined) return independent;
  const total = filled.reduce((sum, batch) => sum + score.weight(batch), 0);
  const expected = filled.reduce((sum, batch) => sum + score.sum(batch), 0) / total;
  const between = filled.reduce(
    (sum, batch) => sum + (score.sum(batch) - expected * score.weight(batch)) ** 2,
    0,
  );
  const within = total * score.variance(expected);
  const degreesOfFreedom = filled.length - 1;
  const factor = ((between / within) * filled.length) / degreesOfFreedom;
  return { factor: factor > 1 && within > 0 ? factor : 1, degreesOfFreedom };
}

/** z of an interval that allows for the dependence, and for how well it is known. */
export function widenedZ(confidence: number, { factor, degreesOfFreedom }: Dependence): number {
  const z = degreesOfFreedom === 0 ? twoSidedZ(confidence) : studentT(confidence, degreesOfFreedom);
  return z * Math.sqrt(factor);
}

/** What an estimator sums over requests, per batch; its weight; and its variance for a single request. */
type Score = {
  readonly sum: (batch: Sample) => number;
  readonly weight: (batch: Sample) => number;
  readonly variance: (mean: number) => number;
};

const ofShare = (share: number) => share * (1 - share);
const ended = ({ counts }: Sample) => endedCount(counts);

function scoreOf(metric: SampleMetric, whole: Sample): Score | undefined {
  switch (metric) {
    case "errorRate":
    case "availability":
      return { sum: ({ counts }) => failedCount(counts), weight: ended, variance: ofShare };
    case "throughput":
      return {
        sum: ({ counts }) => counts.completed,
        weight: ({ durationMs }) => durationMs,
        variance: (perMs) => perMs,
      };
    case "responseTime.max":
      return undefined;
    case "responseTime.mean": {
      const { variance } = momentsOf(whole.responseTimes);
      return {
        sum: ({ responseTimes }) => momentsOf(responseTimes).mean * responseTimes.total,
        weight: ({ responseTimes }) => responseTimes.total,
        variance: () => variance,
      };
    }
    case "responseTime.shift":
      return rankScore(whole.responseTimes);
    default:
      return exceedanceScore(quantileOf(metric), whole);
  }
}

/** How many exceed the percentile of the whole. */
function exceedanceScore(quantile: number, { responseTimes, counts }: Sample): Score {
  const total = responseTimes.total + counts.notSent;
  const limitMs = durationAtRank(responseTimes, Math.max(1, Math.ceil(quantile * total - 1e-9)));
  return {
    sum: (batch) => countAbove(batch.responseTimes, limitMs) + batch.counts.notSent,
    weight: ended,
    variance: ofShare,
  };
}

function countAbove({ ms, counts }: DurationBins, limitMs: number): number {
  return counts.reduce((sum, count, index) => ((ms[index] ?? 0) > limitMs ? sum + count : sum), 0);
}

/** Where each duration stands among all of its version, 0–1, equal ones in their middle. */
function rankScore(whole: DurationBins): Score {
  const rankOf = new Map<number, number>();
  let below = 0;
  let squares = 0;
  for (const [index, count] of whole.counts.entries()) {
    const rank = (below + count / 2) / whole.total;
    rankOf.set(whole.ms[index] ?? 0, rank);
    squares += count * (rank - 0.5) ** 2;
    below += count;
  }
  return {
    sum: ({ responseTimes: { ms, counts } }) =>
      counts.reduce((sum, count, index) => sum + count * (rankOf.get(ms[index] ?? 0) ?? 0.5), 0),
    weight: ({ responseTimes }) => responseTimes.total,
    variance: () => squares / whole.total,
  };
}
