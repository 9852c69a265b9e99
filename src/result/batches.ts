import { perVersion } from "../base/version.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import type { Batch } from "./schema.ts";
import type { SecondTally } from "./tally.ts";
import { mostBatches } from "./traffic-schema.ts";
import { addCounts, zeroCounts } from "./window.ts";

/** The measured seconds of a run, in time order, gathered to a few batches of equal length; the last may be shorter. */
export function batchSeconds(seconds: readonly SecondTally[]): Batch[] {
  const first = seconds[0]?.second ?? 0;
  const length = (seconds.at(-1)?.second ?? 0) - first + 1;
  const perBatch = Math.ceil(length / mostBatches);
  const batches = Map.groupBy(seconds, ({ second }) => Math.floor((second - first) / perBatch));
  return [...batches].map(([index, ofBatch]) => ({
    durationMs: Math.min(perBatch, length - index * perBatch) * 1000,
    versions: perVersion((version) => armOf(ofBatch.map(({ arms }) => arms[version]))),
  }));
}

function armOf(arms: readonly SecondTally["arms"]["old"][]): Batch["versions"]["old"] {
  const histogram = DurationHistogram.sumOf(arms.flatMap((arm) => arm.histogram ?? []));
  const counts = arms.reduce((sum, arm) => addCounts(sum, arm.counts), zeroCounts);
  const { rerouted: _answeredForTheOther, ...ended } = counts;
  return { ...ended, ...(histogram.count > 0 && { histogram: histogram.encode() }) };
}
