import type { MockPlan } from "../../scenario/service-plan.ts";
import { simulatedServices } from "../settings.ts";
import type { Balancer } from "./balancer.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import type { ServerSide } from "./server-side.ts";
import type { SimulationInput } from "./simulation-input.ts";
import { TimerRing } from "./timer-ring.ts";
import { WaitingLines } from "./waiting-lines.ts";

/** How long the splitter lets a request wait for a connection. */
const patienceMs = 2000;

type UpstreamOptions = {
  /** Most connections to a server, by version. */
  readonly perServer: readonly [number, number];
  /** Most requests that wait for one, of each version. */
  readonly mostWaiting: number;
  readonly servers: number;
  readonly table: RequestTable;
  readonly balancers: readonly [Balancer, Balancer];
};

/** @returns undefined where the load, on however few servers that are left, can't take all connections to one */
export function upstreamConnections(
  { plan, settings }: Pick<SimulationInput, "plan" | "settings">,
  { ranges, table, balancers }: Pick<ServerSide, "ranges"> & Pick<UpstreamOptions, "table" | "balancers">,
): UpstreamConnections | undefined {
  const { perAddress, waiting } = plan.connections;
  if (plan.limits.maxConnections <= perAddress) return undefined;
  const services = simulatedServices(plan);
  const boundOf = ({ replicas }: MockPlan) =>
    perAddress * (settings.loadBalancing === "pooled" ? replicas : 1);
  const servers = ranges[0].count + ranges[1].count;
  return new UpstreamConnections({
    perServer: [boundOf(services.old), boundOf(services.new)],
    mostWaiting: waiting,
    servers,
    table,
    balancers,
  });
}

/**
 * The splitter's connections to the servers, and a line of each version before them. Copies have connections of their
 * own. Those who gave up stay in a line until it gets to them, and don't count.
 */
export class UpstreamConnections {
  /** The patience of those who wait. */
  readonly deadlines = new TimerRing();
  readonly #options: UpstreamOptions;
  /** By server. */
  readonly #taken: Int32Array;
  readonly #lines = new WaitingLines(2);
  readonly #waiting: [number, number] = [0, 0];
  #isGivingAway = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#taken = new Int32Array(options.servers);
  }

  get hasWaiting(): boolean {
    return this.#waiting[0] + this.#waiting[1] > 0;
  }

  /** @param wanted - the server that was picked. @returns it, or one with room in its place, or -1 */
  take(version: VersionIndex, wanted: number): number {
    const server = this.#hasRoom(version, wanted) ? wanted : this.#leastTaken(version);
    if (server >= 0) this.#taken[server] = (this.#taken[server] as number) + 1;
    return server;
  }

  release(server: number): void {
    this.#taken[server] = (this.#taken[server] as number) - 1;
  }

  /** Queues for a connection. @returns false where too many wait already */
  wait(handle: number, nowMs: number): boolean {
    const { table, mostWaiting } = this.#options;
    const version = table.version[handle] as VersionIndex;
    if (this.#waiting[version] >= mostWaiting) return false;
    this.#waiting[version]++;
    table.phase[handle] = phase.placeless;
    this.#lines.append(version, handle, table.next);
    this.deadlines.push(nowMs + patienceMs, handle, table.serial[handle] as number);
    return true;
  }

  /** Somebody who waits is not waited for any more. */
  gaveUp(handle: number): void {
    this.#waiting[this.#options.table.version[handle] as VersionIndex]--;
  }

  /**
   * Lets those in line have what is free; what that sets free is given away here too, not deeper and deeper.
   *
   * @param takes - whether a version is sent anything
   */
  giveAway(takes: (version: VersionIndex) => boolean, enter: (handle: number) => void): void {
    if (this.#isGivingAway) return;
    this.#isGivingAway = true;
    const next = () => {
      const ofOld = takes(0) ? this.#next(0) : -1;
      return ofOld >= 0 || !takes(1) ? ofOld : this.#next(1);
    };
    for (let handle = next(); handle >= 0; handle = next()) enter(handle);
    this.#isGivingAway = false;
  }

  /** The first in line, where a server has room. @returns its handle, or -1 */
  #next(version: VersionIndex): number {
    this.#forgetGivenUp(version);
    if (this.#lines.head(version) < 0 || this.#leastTaken(version) < 0) return -1;
    return this.#shift(version);
  }

  /** The oldest patience ends. @returns who has waited for too long, or -1 */
  expire(): number {
    const { table } = this.#options;
    const { handle, serial } = this.deadlines;
    this.deadlines.drop();
    const isWaiting = table.serial[handle] === serial && table.phase[handle] === phase.placeless;
    if (!isWaiting || !this.#isAwaited(handle)) return -1;
    const version = table.version[handle] as VersionIndex;
    // All are equally patient: whoever stands before it has given up.
    this.#forgetGivenUp(version);
    return this.#shift(version);
  }

  #shift(version: VersionIndex): number {
    this.#waiting[version]--;
    return this.#lines.shift(version, this.#options.table.next);
  }

  #forgetGivenUp(version: VersionIndex): void {
    const { table } = this.#options;
    for (let first = this.#lines.head(version); first >= 0; first = this.#lines.head(version)) {
      if (this.#isAwaited(first)) return;
      table.free(this.#lines.shift(version, table.next));
    }
  }

  #isAwaited(handle: number): boolean {
    return ((this.#options.table.flags[handle] as number) & flag.awaited) !== 0;
  }

  #leastTaken(version: VersionIndex): number {
    const balancer = this.#options.balancers[version];
    if (!balancer.hasServers) return -1;
    const server = balancer.least(this.#taken);
    return this.#hasRoom(version, server) ? server : -1;
  }

  #hasRoom(version: VersionIndex, server: number): boolean {
    return (this.#taken[server] as number) < this.#options.perServer[version];
  }
}
