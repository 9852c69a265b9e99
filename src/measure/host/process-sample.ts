import { readdir } from "node:fs/promises";
import type { Clock } from "../../base/clock.ts";
import {
  type ProcessStat,
  type ProcessStatus,
  parseProcessStat,
  parseProcessStatus,
  parseRunQueueMs,
} from "./proc-text.ts";
import { readParsed } from "./read-text.ts";

/** A process at one moment; CPU and context switches are totals since its start. */
export type ProcessSample = ProcessStat &
  ProcessStatus & {
    /** When the CPU time was read. */
    readonly atMs: number;
    /** Absent for a process of another user, whose descriptors we may not count. */
    readonly openFiles?: number;
    /** For how long the main thread was ready and had no core, since the start. */
    readonly runQueueMs?: number;
  };

/**
 * Reads a process from /proc.
 *
 * @returns undefined when there is no such process, or no /proc
 */
export async function sampleProcess(pid: number, clock: Clock): Promise<ProcessSample | undefined> {
  const stat = await readParsed(`/proc/${pid}/stat`, parseProcessStat);
  const atMs = clock.nowMs();
  if (stat === undefined) return undefined;
  const [status, runQueueMs, openFiles] = await Promise.all([
    readParsed(`/proc/${pid}/status`, parseProcessStatus),
    readParsed(`/proc/${pid}/schedstat`, parseRunQueueMs),
    countOpenFiles(pid),
  ]);
  return {
    atMs,
    ...stat,
    ...status,
    ...(openFiles !== undefined && { openFiles }),
    ...(runQueueMs !== undefined && { runQueueMs }),
  };
}

async function countOpenFiles(pid: number): Promise<number | undefined> {
  try {
    return (await readdir(`/proc/${pid}/fd`)).length;
  } catch {
    return undefined;
  }
}
