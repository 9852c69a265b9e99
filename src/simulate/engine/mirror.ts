import type { MirrorPlan, RunPlan } from "../../scenario/plan.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, type RequestTable } from "./request-table.ts";
import { type Ending, ending } from "./tally.ts";
import { TimerRing } from "./timer-ring.ts";

/** Counts of copies, in the order of the columns. */
export const mirrorColumn = {
  copied: 0,
  answered: 1,
  failed: 2,
  timedOut: 3,
  dropped: 4,
  tooLarge: 5,
} as const;

/** Copies of requests, whose answers nobody waits for: bounded in number, in size and in time. */
export class Mirror {
  readonly counts = new Float64Array(6);
  readonly deadlines = new TimerRing();
  readonly #plan: MirrorPlan;
  readonly #to: VersionIndex;
  readonly #table: RequestTable;
  readonly #isTooLarge: readonly boolean[];
  readonly #watch: CopySink | undefined;
  #inFlight = 0;

  constructor(
    plan: MirrorPlan,
    {
      endpoints,
      table,
      watch,
    }: {
      readonly endpoints: RunPlan["endpoints"];
      readonly table: RequestTable;
      /** Told of the end of every copy. */
      readonly watch: CopySink | undefined;
    },
  ) {
    this.#plan = plan;
    this.#watch = watch;
    this.#to = plan.to === "new" ? 1 : 0;
    this.#table = table;
    this.#isTooLarge = endpoints.map(({ body }) => Buffer.byteLength(body ?? "") > plan.maxBodyBytes);
  }

  /** Copies a request that is being forwarded. @returns the copy's handle, or -1 when there is none */
  copy(original: number, nowMs: number): number {
    const table = this.#table;
    if (table.version[original] === this.#to) return -1;
    if (this.#isTooLarge[table.endpoint[original] as number]) return this.#refuse(mirrorColumn.tooLarge);
    if (this.#inFlight >= this.#plan.maxInFlight || table.isFull) return this.#refuse(mirrorColumn.dropped);
    this.#inFlight++;
    this.#count(mirrorColumn.copied);
    const handle = table.double(original, nowMs);
    table.version[handle] = this.#to;
    table.user[handle] = -1;
    table.flags[handle] = flag.awaited | flag.copy;
    this.deadlines.push(nowMs + this.#plan.deadlineMs, handle, table.serial[handle] as number);
    return handle;
  }

  complete(handle: number, nowMs: number): void {
    const failed = (this.#table.error[handle] as number) >= 0;
    const timeMs = nowMs - (this.#table.sentMs[handle] as number);
    this.#watch?.copyEnded(failed ? ending.failed : ending.completed, timeMs);
    this.#end(handle, failed ? mirrorColumn.failed : mirrorColumn.answered);
  }

  /** The oldest deadline ends. @returns the copy that is given up, or -1 */
  timeOut(): number {
    const { handle, serial } = this.deadlines;
    this.deadlines.drop();
    const isAwaited = ((this.#table.flags[handle] as number) & flag.awaited) !== 0;
    if (this.#table.serial[handle] !== serial || !isAwaited) return -1;
    this.#watch?.copyEnded(ending.timedOut, this.#plan.deadlineMs);
    this.#end(handle, mirrorColumn.timedOut);
    return handle;
  }

  #end(handle: number, column: number): void {
    this.#inFlight--;
    this.#count(column);
    this.#table.flags[handle] = (this.#table.flags[handle] as number) & ~flag.awaited;
  }

  #refuse(column: number): -1 {
    this.#count(column);
    return -1;
  }

  #count(column: number): void {
    this.counts[column] = (this.counts[column] as number) + 1;
  }
}

type CopySink = { copyEnded(how: Ending, timeMs: number): void };
