import { addSamples, emptySample, type Sample } from "./sample.ts";

/** A sample that still knows its course in time: some consecutive batches, about equally long, beside their sum. */
export type BatchedSample = { readonly whole: Sample; readonly batches: readonly Sample[] };

export const noBatches: BatchedSample = { whole: emptySample, batches: [] };

/** Enough to see how batches scatter, few enough for each to be longer than most queues last. */
const mostBatches = 24;

/** The next window. When batches grow too many, each two neighbours become one. */
export function addBatch({ whole, batches }: BatchedSample, window: Sample): BatchedSample {
  const longest = batches[0]?.durationMs ?? 0;
  const last = batches.at(-1);
  const isFilling = last !== undefined && last.durationMs + window.durationMs <= longest * 1.05;
  const extended = isFilling ? batches.with(-1, addSamples(last, window)) : [...batches, window];
  return {
    whole: addSamples(whole, window),
    batches: extended.length > mostBatches ? joinNeighbours(extended) : extended,
  };
}

function joinNeighbours(batches: readonly Sample[]): readonly Sample[] {
  return batches.flatMap((batch, index) => {
    if (index % 2 === 1) return [];
    const next = batches[index + 1];
    return [next === undefined ? batch : addSamples(batch, next)];
  });
}
