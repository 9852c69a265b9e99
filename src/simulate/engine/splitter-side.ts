import type { SimulationSettings } from "../settings.ts";
import type { Autoscaling } from "./autoscaling.ts";
import type { Balancer } from "./balancer.ts";
import type { ClientSide } from "./client-side.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { Mirror } from "./mirror.ts";
import type { Protection } from "./protection.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import type { ServerSide } from "./server-side.ts";
import { errorClass } from "./tally.ts";
import type { UpstreamConnections } from "./upstream-connections.ts";
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
  /** undefined where nothing is watched and no server comes or goes. */
  readonly protection: Protection | undefined;
  /** undefined where the load can't take all connections to a server. */
  readonly connections: UpstreamConnections | undefined;
  /** By version; told where what an autoscaler looks at is the requests under way. */
  readonly scaling: readonly [Autoscaling | undefined, Autoscaling | undefined] | undefined;
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
  #hungUntilMs = Number.NEGATIVE_INFINITY;
  /** While it isn't, every request is refused at once. */
  isUp = true;

  constructor(options: SplitterSideOptions) {
    this.#options = options;
    const { ranges } = options.servers;
    this.#underWay = new Int32Array(ranges[0].count + ranges[1].count);
    this.#halfNetworkMs = options.settings.networkMs / 2;
  }

  /** It stands still: what comes, from users or from servers, goes on at that moment. */
  hang(untilMs: number): void {
    this.#hungUntilMs = untilMs;
  }

  /** Takes a request from its user: through the splitter and the first half of the network. */
  send(handle: number, nowMs: number): void {
    if (!this.isUp) {
      this.#refuse(handle, nowMs);
      return;
    }
    const { splitterMs } = this.#options.settings;
    const takenMs = Math.max(nowMs, this.#hungUntilMs);
    let atMs = takenMs + this.#halfNetworkMs;
    if (splitterMs > 0) {
      this.#freeAtMs = Math.max(this.#freeAtMs, takenMs) + splitterMs;
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
    const { table, refused, protection } = this.#options;
    if (protection !== undefined) this.#tell(handle, nowMs, error);
    if (error === errorClass.status502) {
      table.startedMs[handle] = Number.NaN;
      refused(table.version[handle] as VersionIndex, nowMs);
      this.moveIfPossible(handle, nowMs);
    }
    this.#return(handle, nowMs, error);
  }

  /** Sends an answer on to whoever waits for it. */
  #return(handle: number, nowMs: number, error: number): void {
    const { table, heap } = this.#options;
    table.error[handle] = error;
    const backMs = Math.max(nowMs, this.#hungUntilMs) + this.#halfNetworkMs;
    if (((table.flags[handle] as number) & flag.awaited) === 0) {
      table.free(handle);
    } else if (backMs > nowMs) {
      table.phase[handle] = phase.answering;
      heap.push(backMs, handle * 8 + kind.answered);
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
    this.#leaveServer(handle, nowMs);
    if (((table.flags[handle] as number) & flag.copy) !== 0) mirror?.complete(handle, nowMs);
    else clients.complete(handle, nowMs);
    this.#givePlaces(nowMs);
  }

  /** Its connection broke before there was an answer. */
  broke(handle: number, nowMs: number): void {
    if (this.#options.protection !== undefined) this.#tell(handle, nowMs, errorClass.status502);
    this.close(handle, nowMs);
  }

  giveUpCopy(nowMs: number): void {
    const handle = this.#options.mirror?.timeOut() ?? -1;
    if (handle >= 0) this.#leaveServer(handle, nowMs);
  }

  /** Whoever has waited for a connection for too long gets 503. */
  giveUpPlace(nowMs: number): void {
    const handle = this.#options.connections?.expire() ?? -1;
    if (handle < 0) return;
    this.#options.table.phase[handle] = phase.sending;
    this.#refuseForRoom(handle, nowMs);
  }

  /** Its user has gone away. */
  abandon(handle: number, nowMs: number): void {
    const { table, protection } = this.#options;
    const isAtServer = (table.server[handle] as number) >= 0 && table.phase[handle] !== phase.answering;
    if (isAtServer || table.phase[handle] === phase.placeless) protection?.abandoned(handle, nowMs);
    this.#leaveServer(handle, nowMs);
    this.#givePlaces(nowMs);
  }

  /**
   * Sends a request to the other version when its own is gone, at most once and only where asking twice does no
   * harm. What the first version has of it goes on there, with nobody waiting.
   */
  moveIfPossible(handle: number, nowMs: number): void {
    const other = this.#options.table.version[handle] === 0 ? 1 : 0;
    if (!this.#mayAskAgain(handle, flag.rerouted) || !this.#takes(other, handle, nowMs)) return;
    this.#options.protection?.abandoned(handle, nowMs);
    this.#askAgain(handle, nowMs, { version: other, how: flag.rerouted });
  }

  /** A connection broke in place of an answer: where asking twice does no harm, its version is asked once more. */
  broken(handle: number, nowMs: number): void {
    const { table } = this.#options;
    if (this.#mayAskAgain(handle, flag.repeated)) {
      const version = table.version[handle] as VersionIndex;
      this.#askAgain(handle, nowMs, { version, how: flag.repeated });
      table.free(handle);
      return;
    }
    table.startedMs[handle] = Number.NaN;
    this.#tell(handle, nowMs, errorClass.status502);
    this.#return(handle, nowMs, errorClass.status502);
  }

  /** @param how - the flag of a request that was asked again so before */
  #mayAskAgain(handle: number, how: number): boolean {
    const { table } = this.#options;
    const flags = table.flags[handle] as number;
    const isSafe = (flags & flag.repeatable) !== 0 && (flags & (flag.copy | how)) === 0;
    return isSafe && (flags & flag.awaited) !== 0 && !table.isFull;
  }

  /** What its version has of the request goes on there, with nobody waiting. */
  #askAgain(
    handle: number,
    nowMs: number,
    { version, how }: { readonly version: VersionIndex; readonly how: number },
  ): void {
    const { table, clients } = this.#options;
    const flags = table.flags[handle] as number;
    const again = table.double(handle, table.sentMs[handle] as number);
    table.epoch[again] = table.epoch[handle] as number;
    table.version[again] = version;
    table.flags[again] = flags | how;
    table.flags[handle] = flags & ~flag.awaited;
    this.#leaveServer(handle, nowMs);
    clients.expect(again, nowMs);
    this.#enter(again, nowMs);
    this.#givePlaces(nowMs);
  }

  /** The splitter itself is down. */
  #refuse(handle: number, nowMs: number): void {
    const { table, heap } = this.#options;
    table.error[handle] = errorClass.refused;
    table.startedMs[handle] = Number.NaN;
    table.phase[handle] = phase.answering;
    heap.push(nowMs, handle * 8 + kind.answered);
  }

  #forward(handle: number, nowMs: number): void {
    const { table, mirror } = this.#options;
    const chosen = table.version[handle] as VersionIndex;
    const other = chosen === 0 ? 1 : 0;
    const flags = table.flags[handle] as number;
    const copy = (flags & flag.toCopy) === 0 ? -1 : (mirror?.copy(handle, nowMs) ?? -1);
    if (!this.#takes(chosen, handle, nowMs)) {
      if (!this.#takes(other, handle, nowMs)) {
        this.#refuseAsOut(handle, nowMs);
        if (copy >= 0) this.#enter(copy, nowMs);
        return;
      }
      table.version[handle] = other;
      table.flags[handle] = flags | flag.rerouted;
    }
    this.#enter(handle, nowMs);
    if (copy >= 0) this.#enter(copy, nowMs);
  }

  #takes(version: VersionIndex, handle: number, nowMs: number): boolean {
    const { states, protection } = this.#options;
    return !states[version].isOut && (protection === undefined || protection.admits(version, handle, nowMs));
  }

  /** Neither version takes it: the splitter answers 503 itself. */
  #refuseAsOut(handle: number, nowMs: number): void {
    this.#options.table.startedMs[handle] = Number.NaN;
    this.#return(handle, nowMs, errorClass.status503);
  }

  /** There is no connection for it; that is no fault of its version. */
  #refuseForRoom(handle: number, nowMs: number): void {
    this.#options.protection?.abandoned(handle, nowMs);
    this.#refuseAsOut(handle, nowMs);
  }

  #enter(handle: number, nowMs: number): void {
    const { table, balancers, servers, connections } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const balancer = balancers[version];
    if (!balancer.hasServers) {
      this.#refuseAsOut(handle, nowMs);
      return;
    }
    const wanted = balancer.pick(this.#underWay);
    const isCopy = ((table.flags[handle] as number) & flag.copy) !== 0;
    const server = connections === undefined || isCopy ? wanted : connections.take(version, wanted);
    if (server < 0) {
      if (connections?.wait(handle, nowMs) !== true) this.#refuseForRoom(handle, nowMs);
      return;
    }
    table.server[handle] = server;
    this.#underWay[server] = (this.#underWay[server] as number) + 1;
    this.#options.scaling?.[version]?.changeLoad(nowMs, 1);
    servers.enter(handle, nowMs);
  }

  /** The request no longer counts as sent to its server, nor as waiting to be. */
  #leaveServer(handle: number, nowMs: number): void {
    const { table, scaling, connections } = this.#options;
    const server = table.server[handle] as number;
    if (server < 0) {
      if (table.phase[handle] === phase.placeless) connections?.gaveUp(handle);
      return;
    }
    this.#underWay[server] = (this.#underWay[server] as number) - 1;
    scaling?.[table.version[handle] as VersionIndex]?.changeLoad(nowMs, -1);
    if (((table.flags[handle] as number) & flag.copy) === 0) connections?.release(server);
  }

  /**
   * Lets in whoever waits. Called when all is done for the request that left, for those let in may bring a version down
   * and move the requests that it has.
   */
  #givePlaces(nowMs: number): void {
    const { connections, states, table } = this.#options;
    if (connections === undefined || !connections.hasWaiting || !this.isUp) return;
    connections.giveAway(
      (version) => !states[version].isOut,
      (handle) => {
        table.phase[handle] = phase.sending;
        this.#enter(handle, nowMs);
      },
    );
  }

  /** Copies, and what nobody waits for any more, are nobody's experience of a version. */
  #tell(handle: number, nowMs: number, error: number): void {
    const { table, protection } = this.#options;
    const seen = (table.flags[handle] as number) & (flag.copy | flag.awaited);
    if (seen === flag.awaited) protection?.ended(handle, nowMs, error < 0);
  }
}
