import type { Clock } from "../../base/clock.ts";
import { childrenOf } from "./child-processes.ts";
import { type ProcessSample, sampleProcess } from "./process-sample.ts";

/**
 * A server that spreads its work over processes that it starts, as PostgreSQL does, as one: CPU, threads and open
 * files of all that run now. No memory: most of theirs is shared, and a sum would count it over and over.
 *
 * @returns undefined when there is no such process
 */
export async function sampleGroup(pid: number, clock: Clock): Promise<ProcessSample | undefined> {
  const first = await sampleProcess(pid, clock);
  if (first === undefined) return undefined;
  const children = await Promise.all((await childrenOf(pid)).map((child) => sampleProcess(child, clock)));
  const all = [first, ...children.filter((sample) => sample !== undefined)];
  const sum = (of: (sample: ProcessSample) => number) => all.reduce((total, sample) => total + of(sample), 0);
  const { atMs, startTicks } = first;
  return {
    atMs,
    startTicks,
    cpuMs: sum(({ cpuMs }) => cpuMs),
    threads: sum(({ threads }) => threads),
    ...(first.openFiles !== undefined && { openFiles: sum(({ openFiles = 0 }) => openFiles) }),
  };
}
