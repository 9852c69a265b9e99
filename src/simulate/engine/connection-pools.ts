import type { EventHeap } from "./event-heap.ts";
import type { RequestTable } from "./request-table.ts";
import { WaitingLines } from "./waiting-lines.ts";

/** How long a request waits for a connection: as long as a mock does. */
const patienceMs = 1000;

export type PoolSizes = {
  /** By server, connections that it keeps at most. */
  readonly perServer: readonly number[];
  /** By server, the database that it asks. */
  readonly databases: readonly number[];
  /** Connections that each database accepts. */
  readonly maxConnections: number;
};

type Tools = {
  readonly table: RequestTable;
  readonly heap: EventHeap;
  /** Payload of the event at which the first in a server's line loses its patience. */
  readonly payloadOf: (server: number) => number;
};

/**
 * Each server's connections to the database, and a line before them, bounded by the server's slots. A connection is
 * opened when it is first needed and then kept; one that the database doesn't accept is refused at once.
 *
 * As all are equally patient, the first in line is the first to give up: one event for each server is enough, and one
 * that no longer fits is known by its time.
 */
export class ConnectionPools {
  readonly #sizes: PoolSizes;
  readonly #tools: Tools;
  readonly #lines: WaitingLines;
  readonly #open: Int32Array;
  readonly #busy: Int32Array;
  readonly #accepted = new Int32Array(2);
  readonly #expiryMs: Float64Array;

  constructor(sizes: PoolSizes, tools: Tools) {
    const servers = sizes.perServer.length;
    this.#sizes = sizes;
    this.#tools = tools;
    this.#lines = new WaitingLines(servers);
    this.#open = new Int32Array(servers);
    this.#busy = new Int32Array(servers);
    this.#expiryMs = new Float64Array(servers).fill(Number.POSITIVE_INFINITY);
  }

  ask(handle: number, server: number, nowMs: number): "granted" | "waiting" | "refused" {
    const { perServer, databases, maxConnections } = this.#sizes;
    const open = this.#open[server] as number;
    const busy = this.#busy[server] as number;
    const database = databases[server] as number;
    if (busy === open) {
      if (open === (perServer[server] as number)) return this.#wait(handle, server, nowMs);
      if ((this.#accepted[database] as number) >= maxConnections) return "refused";
      this.#accepted[database] = (this.#accepted[database] as number) + 1;
      this.#open[server] = open + 1;
    }
    this.#busy[server] = busy + 1;
    return "granted";
  }

  /** A connection comes free. @returns the request that gets it, or -1 */
  release(server: number, nowMs: number): number {
    if ((this.#lines.lengths[server] as number) === 0) {
      this.#busy[server] = (this.#busy[server] as number) - 1;
      return -1;
    }
    const handle = this.#lines.shift(server, this.#tools.table.next);
    this.#expectExpiry(server, nowMs);
    return handle;
  }

  /** An event of the server's line. @returns the request that has waited too long, or -1 when it no longer fits */
  expire(server: number, nowMs: number): number {
    if (this.#expiryMs[server] !== nowMs) return -1;
    const handle = this.#lines.shift(server, this.#tools.table.next);
    this.#expectExpiry(server, nowMs);
    return handle;
  }

  /** Every connection of the server is gone, and whoever waited. */
  reset(server: number): void {
    const database = this.#sizes.databases[server] as number;
    this.#accepted[database] = (this.#accepted[database] as number) - (this.#open[server] as number);
    this.#open[server] = 0;
    this.#busy[server] = 0;
    this.#lines.clear(server);
    this.#expiryMs[server] = Number.POSITIVE_INFINITY;
  }

  resetAll(): void {
    for (let server = 0; server < this.#open.length; server++) this.reset(server);
  }

  #wait(handle: number, server: number, nowMs: number): "waiting" {
    const { table } = this.#tools;
    table.pooledMs[handle] = nowMs;
    this.#lines.append(server, handle, table.next);
    if (this.#expiryMs[server] === Number.POSITIVE_INFINITY) this.#expectExpiry(server, nowMs);
    return "waiting";
  }

  #expectExpiry(server: number, nowMs: number): void {
    const { table, heap, payloadOf } = this.#tools;
    const head = this.#lines.head(server);
    if (head < 0) {
      this.#expiryMs[server] = Number.POSITIVE_INFINITY;
      return;
    }
    const atMs = Math.max(nowMs, (table.pooledMs[head] as number) + patienceMs);
    if (atMs === this.#expiryMs[server]) return;
    this.#expiryMs[server] = atMs;
    heap.push(atMs, payloadOf(server));
  }
}
