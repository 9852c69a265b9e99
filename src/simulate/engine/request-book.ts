import type { EndedRequest, EndedSink } from "./ended-sink.ts";
import type { LittlesLaw } from "./littles-law.ts";
import type { RequestSource, VersionIndex } from "./request-source.ts";
import { flag, type RequestTable } from "./request-table.ts";
import { type CellFinder, type Ending, ending, errorClass, partColumn } from "./tally.ts";
import type { TallyWriter } from "./tally-writer.ts";

export type RequestBookOptions = {
  readonly table: RequestTable;
  readonly source: RequestSource;
  readonly finder: CellFinder;
  readonly writer: TallyWriter;
  readonly law: LittlesLaw;
  /** Told of every end. */
  readonly ended: EndedSink | undefined;
};

/** The books of users' requests: each is entered once, where it was scheduled and with who answered. */
export class RequestBook {
  readonly #options: RequestBookOptions;
  readonly #stageOfCell: Int32Array;

  constructor(options: RequestBookOptions) {
    this.#options = options;
    this.#stageOfCell = Int32Array.from(options.finder.cells, (cell) => cell.stage);
  }

  /** How a request ended. */
  end(handle: number, how: Ending, nowMs: number): void {
    const { table, writer, law, ended } = this.#options;
    const cell = table.cell[handle] as number;
    const stage = this.#stageOfCell[cell] as number;
    const version = table.version[handle] as VersionIndex;
    const scheduledMs = table.scheduledMs[handle] as number;
    writer.at(cell, stage * 2 + version, table.endpoint[handle] as number);
    if (((table.flags[handle] as number) & flag.rerouted) !== 0) writer.rerouted();
    writer.end(how, this.#errorOf(handle, how), nowMs - scheduledMs);
    law.ended(scheduledMs, nowMs, how !== ending.notSent);
    if (ended !== undefined) ended.end(this.#told(handle, how, nowMs));
  }

  #errorOf(handle: number, how: Ending): number {
    if (how === ending.timedOut) return errorClass.timeout;
    if (how === ending.notSent) return errorClass.queueAge;
    return how === ending.inFlight ? errorClass.none : (this.#options.table.error[handle] as number);
  }

  #told(handle: number, how: Ending, endedMs: number): EndedRequest {
    const { table, source } = this.#options;
    return {
      how,
      endedMs,
      error: this.#errorOf(handle, how),
      version: table.version[handle] as VersionIndex,
      scheduledMs: table.scheduledMs[handle] as number,
      sentMs: table.sentMs[handle] as number,
      user: source.askerOf(table.ordinal[handle] as number, table.user[handle] as number),
    };
  }

  /** What the response time of an answered request is made of. */
  parts(handle: number, nowMs: number): void {
    const { table, writer } = this.#options;
    const sentMs = table.sentMs[handle] as number;
    const roundTripMs = nowMs - sentMs;
    writer.part(partColumn.slotWait, sentMs - (table.scheduledMs[handle] as number));
    writer.part(partColumn.roundTrip, roundTripMs);
    const startedMs = table.startedMs[handle] as number;
    if (Number.isNaN(startedMs)) return;
    writer.part(partColumn.serverQueue, startedMs - (table.enteredMs[handle] as number));
    writer.part(partColumn.service, (table.endedMs[handle] as number) - startedMs);
  }
}
