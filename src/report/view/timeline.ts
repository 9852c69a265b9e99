import type { RunResult, TaintedWindow } from "../../result/schema.ts";
import type { EventView } from "./events.ts";
import { maxPoints, type TimeBin } from "./time-bins.ts";

/** What every figure over time shows beside its own lines, in seconds from the start of the measured part. */
export type Timeline = {
  readonly startSecond: number;
  readonly endSecond: number;
  /** Before the measured part; not in any total. */
  readonly warmUp: Stretch | undefined;
  /** What the instrument spoilt, apart from one another and in order of time. */
  readonly doubtful: readonly Stretch[];
  /** Events by their numbers, in order of time. */
  readonly events: readonly { readonly second: number; readonly number: number }[];
};

export type Stretch = { readonly start: number; readonly end: number };

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
    warmUp: startSecond < 0 ? { start: startSecond, end: Math.min(0, endSecond) } : undefined,
    doubtful: doubtfulStretches(result.validity.windows ?? [], { start: startSecond, end: endSecond }),
    events: events
      .map(({ atMs, number }) => ({ second: atMs / 1000, number }))
      .filter(({ second }) => second >= startSecond && second <= endSecond),
  };
}

/**
 * The windows of all processes as stretches of the axis. Those closer than a point of a line are one, so that there
 * are never more of them than points.
 */
function doubtfulStretches(windows: readonly TaintedWindow[], axis: Stretch): readonly Stretch[] {
  const leastGap = (axis.end - axis.start) / maxPoints;
  const stretches: { start: number; end: number }[] = [];
  for (const { startMs, endMs } of windows.toSorted((left, right) => left.startMs - right.startMs)) {
    const start = Math.max(axis.start, startMs / 1000);
    const end = Math.min(axis.end, endMs / 1000);
    const before = stretches.at(-1);
    if (end <= start) continue;
    if (before !== undefined && start - before.end <= leastGap) before.end = Math.max(before.end, end);
    else stretches.push({ start, end });
  }
  return stretches;
}
