import type { Version } from "../base/version.ts";
import type { JournalEntry } from "../result/journal.ts";
import type { RunRecord } from "../result/run-record.ts";
import type { JournalWriter } from "../result/store.ts";

const syncEveryMs = 1000;
const maxEarlyEvents = 100;

/** Everything that happens in a run goes through here: into the journal, and into the record. */
export class RunLog {
  readonly record: RunRecord;
  readonly #journal: JournalWriter;
  readonly #timer: NodeJS.Timeout;
  #watcher: (entry: JournalEntry) => void = () => undefined;
  #originMs = 0;
  /** What happened before the origin was known. */
  #early: (() => void)[] | undefined = [];
  #failure: unknown;

  constructor(record: RunRecord, journal: JournalWriter) {
    this.record = record;
    this.#journal = journal;
    this.#timer = setInterval(() => this.#syncInBackground(), syncEveryMs);
  }

  /** From here on, moments are counted from this one, at which the measured part starts. */
  setOrigin(originMs: number): void {
    this.#originMs = originMs;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const tell of early) tell();
  }

  /** A moment of the machine's clock as ms from the start of the measured part, to a microsecond. */
  planMs(clockMs: number): number {
    return Math.round((clockMs - this.#originMs) * 1000) / 1000;
  }

  add(entry: JournalEntry): void {
    this.record.apply(entry);
    this.#journal.append(entry);
    this.#watcher(entry);
  }

  /** Every entry from here on is also told to the watcher, of which there is one. */
  watch(watcher: (entry: JournalEntry) => void): void {
    this.#watcher = watcher;
  }

  /** An event at a moment of the machine's clock; one before the origin is known waits for it. */
  eventAt(kind: string, clockMs: number, message: string, version?: Version): void {
    const tell = () => this.event(kind, this.planMs(clockMs), message, version);
    if (this.#early === undefined) tell();
    else if (this.#early.length < maxEarlyEvents) this.#early.push(tell);
  }

  event(kind: string, atMs: number, message: string, version?: Version): void {
    const event = { atMs, kind, message, ...(version !== undefined && { version }) };
    this.add({ type: "event", event });
    if (kind === "fault") this.#syncInBackground();
  }

  /** @throws UserError `run-directory` when the disk refused a line */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#journal.sync();
    } finally {
      await this.#journal.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #syncInBackground(): void {
    this.#journal.sync().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}
