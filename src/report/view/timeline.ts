import type { RunResult } from "../../result/schema.ts";
import type { EventView } from "./events.ts";
import type { TimeBin } from "./time-bins.ts";

/** What every figure over time shows beside its own lines, in seconds from the start of the measured part. */
export type Timeline = {
  readonly startSecond: number;
  readonly endSecond: number;
  /** Before the measured part; not in any total. */
  readonly warmUp: { readonly start: number; readonly end: number } | undefined;
  /** Events by their numbers, in order of time. */
  readonly events: readonly { readonly second: number; readonly number: number }[];
};

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
    events: events
      .map(({ atMs, number }) => ({ second: atMs / 1000, number }))
      .filter(({ second }) => second >= startSecond && second <= endSecond),
  };
}
