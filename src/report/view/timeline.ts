import type { RunResult } from "../../result/schema.ts";
import type { EventView } from "./events.ts";
import type { TimeBin } from "./time-bins.ts";

/** What every figure over time shows beside its own lines. */
export type Timeline = {
  readonly startSecond: number;
  readonly endSecond: number;
  /** Before the measured part; not in any total. */
  readonly warmUp: { readonly start: number; readonly end: number } | undefined;
  readonly marks: readonly { readonly second: number; readonly label: string }[];
};

/** Marks closer than this share of the axis would stand on one another; they share one. */
const leastGapShare = 0.02;

export function timelineOf(
  result: RunResult,
  { bins, events }: { readonly bins: readonly TimeBin[]; readonly events: readonly EventView[] },
): Timeline {
  const startSecond = bins[0]?.startSecond ?? 0;
  const last = bins.at(-1);
  const endSecond = last === undefined ? result.totals.durationMs / 1000 : last.startSecond + last.seconds;
  return {
    startSecond,
    endSecond,
    warmUp: startSecond < 0 ? { start: startSecond, end: 0 } : undefined,
    marks: marksOf(events, { startSecond, endSecond }),
  };
}

function marksOf(
  events: readonly EventView[],
  { startSecond, endSecond }: { readonly startSecond: number; readonly endSecond: number },
): Timeline["marks"] {
  const leastGap = (endSecond - startSecond) * leastGapShare;
  const groups: { second: number; first: number; last: number }[] = [];
  for (const { number, atMs } of events) {
    const second = atMs / 1000;
    if (second < startSecond || second > endSecond) continue;
    const previous = groups.at(-1);
    if (previous !== undefined && second - previous.second < leastGap) previous.last = number;
    else groups.push({ second, first: number, last: number });
  }
  return groups.map(({ second, first, last }) => ({
    second,
    label: first === last ? `${first}` : `${first}–${last}`,
  }));
}
