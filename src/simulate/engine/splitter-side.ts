import type { SimulationSettings } from "../settings.ts";
import type { Balancer } from "./balancer.ts";
import type { ClientSide } from "./client-side.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { Mirror } from "./mirror.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import type { ServerSide } from "./server-side.ts";
import { errorClass } from "./tally.ts";
import type { VersionState } from "./version-states.ts";

export type SplitterSideOptions = {
  readonly settings: SimulationSettings;
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly states: readonly [VersionState, VersionState];
  readonly servers: ServerSide;
  readonly clients: ClientSide;
  readonly mirror: Mirror | undefined;
  readonly balancers: readonly [Balancer, Balancer];
  /** Told of every request that found its version down. */
  readonly refused: (version: VersionIndex, nowMs: number) => void;
};

/** What stands between users and servers: one request after another forwarded, copied, moved when a version is out. */
export class SplitterSide {
  readonly #options: SplitterSideOptions;
  /** By server, requests sent there and not yet answered. */
  readonly #underWay: Int32Array;
  readonly #halfNetworkMs: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: SplitterSideOptions) {
    this.#options = options;
    const { ranges } = options.servers;
    this.#underWay = new Int32Array(ranges[0].count + ranges[1].count);
    this.#halfNetworkMs = options.settings.networkMs / 2;
  }

  /** Takes a request from its user: through the splitter and the first half of the network. */
  send(handle: number, nowMs: number): void {
    const { splitterMs } = this.#options.settings;
    let atMs = nowMs + this.#halfNetworkMs;
    if (splitterMs > 0) {
      this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + splitterMs;
      atMs = this.#freeAtMs + this.#halfNetworkMs;
    }
    if (atMs > nowMs) this.#options.heap.push(atMs, handle * 8 + kind.arrive);
    else this.#forward(handle, nowMs);
  }

  /** A request has come through, or a server that hung takes it at last. */
  arrive(handle: number, nowMs: number): void {
    const { table, servers } = this.#options;
    const flags = table.flags[handle] as number;
    if ((flags & flag.dead) !== 0) table.free(handle);
    else if (table.phase[handle] === phase.held) servers.enter(handle, nowMs);
    else if ((flags & flag.awaited) === 0) table.free(handle);
    else this.#forward(handle, nowMs);
  }

  /** A server is done with a request, or has refused it. */
  answer(handle: number, nowMs: number, error: number): void {
    const { table, heap, refused } = this.#options;
    table.error[handle] = error;
    if (error === errorClass.status502) {
      table.startedMs[handle] = Number.NaN;
      refused(table.version[handle] as VersionIndex, nowMs);
      this.moveIfPossible(handle, nowMs);
    }
    if (((table.flags[handle] as number) & flag.awaited) === 0) {
      table.free(handle);
    } else if (this.#halfNetworkMs > 0) {
      table.phase[handle] = phase.answering;
      heap.push(nowMs + this.#halfNetworkMs, handle * 8 + kind.answered);
    } else {
      this.complete(handle, nowMs);
    }
  }

  /** An answer reaches its user, if there still is one. */
  complete(handle: number, nowMs: number): void {
    const { table } = this.#options;
    if (((table.flags[handle] as number) & flag.awaited) !== 0) this.close(handle, nowMs);
    table.free(handle);
  }

  /** Ends a request for whoever waits for it. */
  close(handle: number, nowMs: number): void {
    const { table, mirror, clients } = this.#options;
    this.leaveServer(handle);
    if (((table.flags[handle] as number) & flag.copy) !== 0) mirror?.complete(handle);
    else clients.complete(handle, nowMs);
  }

  giveUpCopy(): void {
    const handle = this.#options.mirror?.timeOut() ?? -1;
    if (handle >= 0) this.leaveServer(handle);
  }

  /** The request no longer counts as sent to its server. */
  leaveServer(handle: number): void {
    const server = this.#options.table.server[handle] as number;
    if (server >= 0) this.#underWay[server] = (this.#underWay[server] as number) - 1;
  }

  /**
   * Sends a request to the other version when its own is gone, at most once and only where asking twice does no
   * harm. What the first version has of it goes on there, with nobody waiting.
   */
  moveIfPossible(handle: number, nowMs: number): void {
    const { table, states, clients } = this.#options;
    const flags = table.flags[handle] as number;
    const other = table.version[handle] === 0 ? 1 : 0;
    const mayMove = (flags & flag.repeatable) !== 0 && (flags & (flag.copy | flag.rerouted)) === 0;
    const isAwaited = (flags & flag.awaited) !== 0;
    if (!mayMove || !isAwaited || states[other].isOut || table.isFull) return;
    const moved = table.double(handle, nowMs);
    table.sentMs[moved] = table.sentMs[handle] as number;
    table.version[moved] = other;
    table.flags[moved] = flags | flag.rerouted;
    table.flags[handle] = flags & ~flag.awaited;
    this.leaveServer(handle);
    clients.expect(moved, nowMs);
    this.#enter(moved, nowMs);
  }

  #forward(handle: number, nowMs: number): void {
    const { table, states, mirror } = this.#options;
    const chosen = table.version[handle] as VersionIndex;
    const other = chosen === 0 ? 1 : 0;
    const flags = table.flags[handle] as number;
    const copy = (flags & flag.toCopy) === 0 ? -1 : (mirror?.copy(handle, nowMs) ?? -1);
    if (states[chosen].isOut && !states[other].isOut) {
      table.version[handle] = other;
      table.flags[handle] = flags | flag.rerouted;
    }
    this.#enter(handle, nowMs);
    if (copy >= 0) this.#enter(copy, nowMs);
  }

  #enter(handle: number, nowMs: number): void {
    const { table, balancers, servers } = this.#options;
    const server = balancers[table.version[handle] as VersionIndex].pick(this.#underWay);
    table.server[handle] = server;
    this.#underWay[server] = (this.#underWay[server] as number) + 1;
    servers.enter(handle, nowMs);
  }
}
