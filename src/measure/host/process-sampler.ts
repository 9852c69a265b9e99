import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { sampleGroup } from "./group-sample.ts";
import { type ProcessSample, sampleProcess } from "./process-sample.ts";

/** A process to watch, under the name it has in the report, for example `old-1`. */
type NamedProcess = {
  readonly process: string;
  readonly pid: number;
  /** Whether the processes that it has started belong to it. */
  readonly isGroup?: boolean;
};

/** One process at one moment. What could not be read is absent, never 0. */
export type ResourceSample = {
  readonly atMs: number;
  readonly process: string;
  /** CPU since the sample before, as a share of one core; absent in the first sample. */
  readonly cpuShare?: number;
  readonly rssBytes?: number;
  readonly openFiles?: number;
  readonly threads?: number;
  /** Share of the time since the sample before in which the main thread was ready to run and had no core. */
  readonly starvedShare?: number;
  /** Since the sample before, per second: waits, and cores taken away. */
  readonly voluntarySwitchesPerSecond?: number;
  readonly involuntarySwitchesPerSecond?: number;
};

export type ProcessSampler = {
  /** Asked at every round, so that a process started again is watched under its new pid. */
  readonly processes: () => readonly NamedProcess[];
  readonly clock: Clock;
  readonly everyMs: number;
  readonly signal: AbortSignal;
};

/**
 * Samples every process each `everyMs`, on a fixed beat, until the signal; the first round at once. Processes that
 * are gone give no sample.
 */
export async function* sampleProcesses(sampler: ProcessSampler): AsyncGenerator<ResourceSample, void> {
  const { processes, clock, everyMs, signal } = sampler;
  let before = new Map<string, ProcessSample>();
  let dueMs = clock.nowMs();
  while (!signal.aborted) {
    const round = await Promise.all(
      processes().map(async ({ process, pid, isGroup }) => ({
        process,
        sample: await (isGroup === true ? sampleGroup(pid, clock) : sampleProcess(pid, clock)),
      })),
    );
    const now = new Map<string, ProcessSample>();
    for (const { process, sample } of round) {
      if (sample === undefined) continue;
      now.set(process, sample);
      yield resourceSample(process, before.get(process), sample);
    }
    before = now;
    dueMs = Math.max(dueMs + everyMs, clock.nowMs());
    await sleep(dueMs - clock.nowMs(), undefined, { signal }).catch(() => undefined);
  }
}

/** What a process did between two samples; without an earlier one of the same process, only what it is now. */
export function resourceSample(
  process: string,
  before: ProcessSample | undefined,
  now: ProcessSample,
): ResourceSample {
  const { atMs, rssBytes, openFiles, threads } = now;
  return {
    atMs,
    process,
    threads,
    ...(rssBytes !== undefined && { rssBytes }),
    ...(openFiles !== undefined && { openFiles }),
    ...(before?.startTicks === now.startTicks && sinceBefore(before, now)),
  };
}

function sinceBefore(before: ProcessSample, now: ProcessSample): Partial<ResourceSample> {
  const elapsedMs = now.atMs - before.atMs;
  if (elapsedMs <= 0) return {};
  const voluntary = difference(before.voluntarySwitches, now.voluntarySwitches);
  const involuntary = difference(before.involuntarySwitches, now.involuntarySwitches);
  const runQueueMs = difference(before.runQueueMs, now.runQueueMs);
  return {
    ...(runQueueMs !== undefined && { starvedShare: Math.min(1, runQueueMs / elapsedMs) }),
    cpuShare: Math.max(0, now.cpuMs - before.cpuMs) / elapsedMs,
    ...(voluntary !== undefined && { voluntarySwitchesPerSecond: (voluntary * 1000) / elapsedMs }),
    ...(involuntary !== undefined && { involuntarySwitchesPerSecond: (involuntary * 1000) / elapsedMs }),
  };
}

function difference(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? undefined : Math.max(0, now - before);
}
