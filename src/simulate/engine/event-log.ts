import type { RunEvent } from "../../result/schema.ts";

/** Most entries of the log; more are not kept. */
const maxLog = 1000;

/** What protects and scales the versions has done in one replication. */
export class EventLog {
  readonly entries: RunEvent[] = [];

  note(event: RunEvent): void {
    if (this.entries.length < maxLog) this.entries.push(event);
  }
}
