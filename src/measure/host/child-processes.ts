import { readParsed } from "./read-text.ts";

/** The processes that a process has started and that still run; none where /proc doesn't tell. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  return (await readParsed(`/proc/${pid}/task/${pid}/children`, parseChildren)) ?? [];
}

/** /proc/PID/task/TID/children: pids between spaces. Source: proc(5). */
function parseChildren(text: string): readonly number[] {
  return text
    .split(" ")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0);
}
