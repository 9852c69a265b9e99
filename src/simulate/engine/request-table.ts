import { invariant } from "../../base/invariant.ts";

/** Requests that one replication keeps at once; beyond them it stops and says that it is overloaded. */
const maxRequests = 2 ** 21;

/**
 * Where a request is: waiting for a connection, on its way, before a server that hangs, in a server's line, on a
 * server's shared cores, being worked on, asking the database, waiting for a connection to it, leaving the server over
 * a poor network, on its way back. Those in lines (unsent, queued, burning, pooling, placeless) have no event pending; all others
 * have one. From held to leaving it is at the server.
 */
export const phase = {
  free: 0,
  unsent: 1,
  sending: 2,
  held: 3,
  queued: 4,
  burning: 5,
  working: 6,
  querying: 7,
  pooling: 8,
  leaving: 9,
  answering: 10,
  /** Its client pauses before it asks again. */
  pausing: 11,
  /** In the splitter's line for a connection to its version. */
  placeless: 12,
} as const;

export const flag = {
  /** Somebody still waits for the answer. */
  awaited: 1,
  /** A mirrored copy. */
  copy: 2,
  /** Answered by another version than the split's. */
  rerouted: 4,
  /** Its service was killed: the event pending for it means nothing. */
  dead: 8,
  /** To be copied to the other version. */
  toCopy: 16,
  /** The splitter may send it twice: the answer to a second one is the same. */
  repeatable: 32,
  /** Sent once more to its version, because its connection broke. */
  repeated: 64,
} as const;

/**
 * The requests under way, one column for each property, named by a handle that is used again. The `next` column
 * chains those that stand in one line.
 */
export class RequestTable {
  scheduledMs = new Float64Array(firstCapacity);
  sentMs = new Float64Array(firstCapacity);
  enteredMs = new Float64Array(firstCapacity);
  startedMs = new Float64Array(firstCapacity);
  endedMs = new Float64Array(firstCapacity);
  /** Uniform numbers in (0, 1]: the place in the law of service times, and the one held against the error share. */
  work = new Float64Array(firstCapacity);
  luck = new Float64Array(firstCapacity);
  cacheMs = new Float64Array(firstCapacity);
  /** On a server's clock of attained service. */
  cpuFinish = new Float64Array(firstCapacity);
  /** When it asked for a connection to the database. */
  pooledMs = new Float64Array(firstCapacity);
  version = new Int32Array(firstCapacity);
  server = new Int32Array(firstCapacity);
  endpoint = new Int32Array(firstCapacity);
  user = new Int32Array(firstCapacity);
  /** Its number, in the order of coming due. */
  ordinal = new Int32Array(firstCapacity);
  cell = new Int32Array(firstCapacity);
  reads = new Int32Array(firstCapacity);
  writes = new Int32Array(firstCapacity);
  /** How it failed, as a place in `errorClasses`, or -1. */
  error = new Int32Array(firstCapacity);
  flags = new Int32Array(firstCapacity);
  phase = new Int32Array(firstCapacity);
  /** Tells the requests apart that had the same handle one after another. */
  serial = new Int32Array(firstCapacity);
  /** Where clients ask again: the request that this is an attempt of. */
  request = new Int32Array(firstCapacity);
  /** What the breaker of new admitted it with. */
  epoch = new Int32Array(firstCapacity);
  next = new Int32Array(firstCapacity);
  /** Handles below it have been used. */
  highWater = 0;
  size = 0;
  #firstFree = -1;

  get isFull(): boolean {
    return this.size >= maxRequests;
  }

  take(): number {
    invariant(this.size < maxRequests, "a replication that is full has stopped");
    this.size++;
    if (this.#firstFree >= 0) {
      const handle = this.#firstFree;
      this.#firstFree = this.next[handle] as number;
      return handle;
    }
    if (this.highWater === this.next.length) this.#grow();
    return this.highWater++;
  }

  /** Another request that asks for the same; where it is, who waits and to whom it goes is for the caller to set. */
  double(handle: number, nowMs: number): number {
    const other = this.take();
    this.scheduledMs[other] = this.scheduledMs[handle] as number;
    this.sentMs[other] = nowMs;
    this.work[other] = this.work[handle] as number;
    this.luck[other] = this.luck[handle] as number;
    this.cacheMs[other] = this.cacheMs[handle] as number;
    this.version[other] = this.version[handle] as number;
    this.server[other] = -1;
    this.endpoint[other] = this.endpoint[handle] as number;
    this.user[other] = this.user[handle] as number;
    this.ordinal[other] = this.ordinal[handle] as number;
    this.cell[other] = this.cell[handle] as number;
    this.reads[other] = this.reads[handle] as number;
    this.writes[other] = this.writes[handle] as number;
    this.request[other] = this.request[handle] as number;
    this.error[other] = -1;
    this.phase[other] = phase.sending;
    return other;
  }

  /** The same request under another handle: the event pending for this one means nothing any more. */
  replace(handle: number): number {
    const heir = this.double(handle, this.sentMs[handle] as number);
    this.enteredMs[heir] = this.enteredMs[handle] as number;
    this.startedMs[heir] = this.startedMs[handle] as number;
    this.server[heir] = this.server[handle] as number;
    this.error[heir] = this.error[handle] as number;
    this.flags[heir] = this.flags[handle] as number;
    this.flags[handle] = flag.dead;
    return heir;
  }

  free(handle: number): void {
    this.serial[handle] = (this.serial[handle] as number) + 1;
    this.flags[handle] = 0;
    this.phase[handle] = phase.free;
    this.next[handle] = this.#firstFree;
    this.#firstFree = handle;
    this.size--;
  }

  #grow(): void {
    this.scheduledMs = doubled(this.scheduledMs);
    this.sentMs = doubled(this.sentMs);
    this.enteredMs = doubled(this.enteredMs);
    this.startedMs = doubled(this.startedMs);
    this.endedMs = doubled(this.endedMs);
    this.work = doubled(this.work);
    this.luck = doubled(this.luck);
    this.cacheMs = doubled(this.cacheMs);
    this.cpuFinish = doubled(this.cpuFinish);
    this.pooledMs = doubled(this.pooledMs);
    this.version = doubledWhole(this.version);
    this.server = doubledWhole(this.server);
    this.endpoint = doubledWhole(this.endpoint);
    this.user = doubledWhole(this.user);
    this.ordinal = doubledWhole(this.ordinal);
    this.cell = doubledWhole(this.cell);
    this.reads = doubledWhole(this.reads);
    this.writes = doubledWhole(this.writes);
    this.error = doubledWhole(this.error);
    this.flags = doubledWhole(this.flags);
    this.phase = doubledWhole(this.phase);
    this.serial = doubledWhole(this.serial);
    this.request = doubledWhole(this.request);
    this.epoch = doubledWhole(this.epoch);
    this.next = doubledWhole(this.next);
  }
}

const firstCapacity = 1024;

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}

function doubledWhole(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
