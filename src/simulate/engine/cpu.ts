import type { EventHeap } from "./event-heap.ts";
import type { RequestTable } from "./request-table.ts";
import { WaitingLines } from "./waiting-lines.ts";

/**
 * Cores that work on one request after another, each as soon as a core is free: the CPU of an event loop, or of
 * as many as there are cores. When a request will be done is known at once, so no events are needed.
 */
export class CoresInTurn {
  readonly #freeAtMs: Float64Array;
  readonly #cores: number;

  constructor(servers: number, cores: number) {
    this.#cores = cores;
    this.#freeAtMs = new Float64Array(servers * cores).fill(Number.NEGATIVE_INFINITY);
  }

  /** Books `cpuMs` on the core that is free first. @returns when a core begins, ms */
  begin(server: number, nowMs: number, cpuMs: number): number {
    const first = server * this.#cores;
    let soonest = first;
    for (let core = first + 1; core < first + this.#cores; core++) {
      if ((this.#freeAtMs[core] as number) < (this.#freeAtMs[soonest] as number)) soonest = core;
    }
    const startMs = Math.max(nowMs, this.#freeAtMs[soonest] as number);
    this.#freeAtMs[soonest] = startMs + cpuMs;
    return startMs;
  }

  /**
   * Burns a share of the time since `sinceMs` on a core beside the requests, as soon as it is free.
   *
   * @returns how much, and when the core is free again, ms
   */
  steal(
    server: number,
    process: number,
    { nowMs, sinceMs, share }: { readonly nowMs: number; readonly sinceMs: number; readonly share: number },
  ): { readonly burnedMs: number; readonly freeAtMs: number } {
    const core = server * this.#cores + process;
    const startMs = Math.max(nowMs, this.#freeAtMs[core] as number);
    const burnedMs = Math.min(startMs - sinceMs, longestTheftMs) * share;
    this.#freeAtMs[core] = startMs + burnedMs;
    return { burnedMs, freeAtMs: startMs + burnedMs };
  }

  /** What is booked and not yet done. */
  backlogMs(server: number, nowMs: number): number {
    let backlogMs = 0;
    for (let core = server * this.#cores; core < (server + 1) * this.#cores; core++) {
      backlogMs += Math.max(0, (this.#freeAtMs[core] as number) - nowMs);
    }
    return backlogMs;
  }

  /** Forgets what was booked: the process was killed. */
  reset(server: number): void {
    this.#freeAtMs.fill(Number.NEGATIVE_INFINITY, server * this.#cores, (server + 1) * this.#cores);
  }
}

/** A thread that was held up doesn't make up for a longer time in one go. */
const longestTheftMs = 50;

/**
 * Cores shared evenly by all requests that want them: processor sharing. Every server has a clock of attained
 * service that runs at the speed each request gets; a request is done when that clock has moved on by its demand.
 * Demands are alike, so requests end in the order in which they came, and one event for each server is enough.
 *
 * An event that no longer fits is left in the heap and known by its time.
 */
export class SharedCores {
  readonly #lines: WaitingLines;
  readonly #cores: number;
  /** By server, what is taken from its cores. */
  readonly #stolen: Float64Array;
  readonly #attainedMs: Float64Array;
  readonly #updatedMs: Float64Array;
  readonly #nextMs: Float64Array;
  readonly #heap: EventHeap;
  readonly #tick: number;

  /** @param tick - the kind of the events that are sent to the heap: payload is server × 8 + tick */
  constructor(servers: number, cores: number, events: { readonly heap: EventHeap; readonly tick: number }) {
    this.#lines = new WaitingLines(servers);
    this.#cores = cores;
    this.#stolen = new Float64Array(servers);
    this.#attainedMs = new Float64Array(servers);
    this.#updatedMs = new Float64Array(servers);
    this.#nextMs = new Float64Array(servers).fill(Number.POSITIVE_INFINITY);
    this.#heap = events.heap;
    this.#tick = events.tick;
  }

  begin(
    server: number,
    handle: number,
    request: { nowMs: number; cpuMs: number; table: RequestTable },
  ): void {
    this.#advance(server, request.nowMs);
    request.table.cpuFinish[handle] = (this.#attainedMs[server] as number) + request.cpuMs;
    this.#lines.append(server, handle, request.table.next);
    this.#schedule(server, request.nowMs, request.table);
  }

  /** The request that is done at this event of the server, or -1 when the event no longer fits. */
  end(server: number, nowMs: number, table: RequestTable): number {
    if (this.#nextMs[server] !== nowMs) return -1;
    this.#advance(server, nowMs);
    const handle = this.#lines.shift(server, table.next);
    // The clock is set to what it must be now, so that rounding never leaves a request almost done.
    this.#attainedMs[server] = table.cpuFinish[handle] as number;
    this.#schedule(server, nowMs, table);
    return handle;
  }

  /** From now on `cores` of the server's cores work for others; some of them are always left. */
  steal(server: number, cores: number, { nowMs, table }: { nowMs: number; table: RequestTable }): void {
    this.#advance(server, nowMs);
    this.#stolen[server] = Math.min(cores, this.#cores * mostStolen);
    this.#schedule(server, nowMs, table);
  }

  /** What is asked for and not yet done. */
  backlogMs(server: number, nowMs: number, { cpuFinish, next }: RequestTable): number {
    this.#advance(server, nowMs);
    let backlogMs = 0;
    for (let handle = this.#lines.head(server); handle >= 0; handle = next[handle] as number) {
      backlogMs += (cpuFinish[handle] as number) - (this.#attainedMs[server] as number);
    }
    return backlogMs;
  }

  reset(server: number): void {
    this.#lines.clear(server);
    this.#nextMs[server] = Number.POSITIVE_INFINITY;
  }

  /** The share of a core that each request gets. */
  #speed(server: number): number {
    const sharing = this.#lines.lengths[server] as number;
    const cores = this.#cores - (this.#stolen[server] as number);
    return sharing <= cores ? 1 : cores / sharing;
  }

  #advance(server: number, nowMs: number): void {
    const passedMs = nowMs - (this.#updatedMs[server] as number);
    this.#attainedMs[server] = (this.#attainedMs[server] as number) + passedMs * this.#speed(server);
    this.#updatedMs[server] = nowMs;
  }

  #schedule(server: number, nowMs: number, table: RequestTable): void {
    const head = this.#lines.head(server);
    if (head < 0) {
      this.#nextMs[server] = Number.POSITIVE_INFINITY;
      return;
    }
    const leftMs = Math.max(0, (table.cpuFinish[head] as number) - (this.#attainedMs[server] as number));
    const atMs = nowMs + leftMs / this.#speed(server);
    if (atMs === this.#nextMs[server]) return;
    this.#nextMs[server] = atMs;
    this.#heap.push(atMs, server * 8 + this.#tick);
  }
}

/** The share of its cores that a server can lose at most: whoever runs all the time still lets others in between. */
const mostStolen = 0.99;
