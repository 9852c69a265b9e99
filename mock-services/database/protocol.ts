/**
 * What services say to the modelled database: one line for each request, with all its queries, and one line back.
 *
 *     → 17 2 1        request 17: two reads, then one write
 *     ← 17 ok         all done
 *     ← 17 failed     an error made on purpose
 *     ← 17 full       a query found the line full; the rest were not tried
 */
export type DatabaseRequest = { readonly id: number; readonly reads: number; readonly writes: number };
export type DatabaseReply = { readonly id: number; readonly outcome: DatabaseOutcome };

export type DatabaseOutcome = "ok" | "failed" | "full";

export function writeRequest({ id, reads, writes }: DatabaseRequest): string {
  return `${id} ${reads} ${writes}\n`;
}

export function readRequest(line: string): DatabaseRequest | undefined {
  const match = /^(\d{1,15}) (\d{1,6}) (\d{1,6})$/.exec(line);
  return match ? { id: Number(match[1]), reads: Number(match[2]), writes: Number(match[3]) } : undefined;
}

export function writeReply({ id, outcome }: DatabaseReply): string {
  return `${id} ${outcome}\n`;
}

export function readReply(line: string): DatabaseReply | undefined {
  const match = /^(\d{1,15}) (ok|failed|full)$/.exec(line);
  return match ? { id: Number(match[1]), outcome: match[2] as DatabaseOutcome } : undefined;
}
