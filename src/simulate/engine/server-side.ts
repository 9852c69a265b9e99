import type { MockPlan, StoresPlan } from "../../scenario/service-plan.ts";
import type { ServiceTimeSampler } from "../../workload/service-time.ts";
import type { SimulationSettings } from "../settings.ts";
import { CoresInTurn, SharedCores } from "./cpu.ts";
import { DatabaseGates } from "./database-gates.ts";
import { demandSampler } from "./demand.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { VersionIndex } from "./request-source.ts";
import { phase, type RequestTable } from "./request-table.ts";
import { errorClass } from "./tally.ts";
import type { TimeAverages } from "./time-averages.ts";
import { slownessAt, type VersionState } from "./version-states.ts";
import { WaitingLines } from "./waiting-lines.ts";

export type ServerSideOptions = {
  readonly services: readonly [MockPlan, MockPlan];
  readonly stores: StoresPlan;
  readonly settings: SimulationSettings;
  readonly states: readonly [VersionState, VersionState];
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly averages: TimeAverages;
  /** Takes every request that a server is done with; `error` is a place in `errorClasses`, or -1. */
  readonly answer: (handle: number, nowMs: number, error: number) => void;
};

/** Servers with slots, a bounded line, cores, and the stores behind them: what a request meets after the splitter. */
export class ServerSide {
  /** Servers of old first, then those of new. */
  readonly ranges: readonly [{ first: number; count: number }, { first: number; count: number }];
  /** CPU time taken, ms, by version. */
  readonly cpuMs = new Float64Array(2);
  readonly gates: DatabaseGates | undefined;

  readonly #options: ServerSideOptions;
  readonly #slots: readonly [number, number];
  readonly #queueBounds: readonly [number, number];
  readonly #samplers: readonly [ServiceTimeSampler, ServiceTimeSampler];
  readonly #busy: Int32Array;
  readonly #lines: WaitingLines;
  readonly #inTurn: CoresInTurn;
  readonly #shared: SharedCores | undefined;
  readonly #readMs: number;
  readonly #writeMs: number;
  /** The uniform number that the samplers are given. */
  #work = 1;

  constructor(options: ServerSideOptions) {
    const { services, settings, stores } = options;
    this.#options = options;
    const isPooled = settings.loadBalancing === "pooled";
    const counts = services.map((service) => (isPooled ? 1 : service.replicas)) as [number, number];
    const scales = services.map((service) => (isPooled ? service.replicas : 1)) as [number, number];
    this.ranges = [
      { first: 0, count: counts[0] },
      { first: counts[0], count: counts[1] },
    ];
    this.#slots = [services[0].concurrency * scales[0], services[1].concurrency * scales[1]];
    this.#queueBounds = [services[0].queue * scales[0], services[1].queue * scales[1]];
    const samplerOf = ({ serviceTime }: MockPlan) => demandSampler(serviceTime, () => this.#work);
    this.#samplers = [samplerOf(services[0]), samplerOf(services[1])];
    const servers = counts[0] + counts[1];
    const cores = settings.coresPerServer * Math.max(...scales);
    this.#busy = new Int32Array(servers);
    this.#lines = new WaitingLines(servers);
    this.#inTurn = new CoresInTurn(servers, cores);
    this.#shared =
      settings.cpu === "shared"
        ? new SharedCores(servers, cores, { heap: options.heap, tick: kind.tick })
        : undefined;
    const { database } = stores;
    this.gates = database?.limitPerSecond ? new DatabaseGates(database, database.limitPerSecond) : undefined;
    this.#readMs = database?.readMs ?? 0;
    this.#writeMs = database?.writeMs ?? 0;
  }

  /** A request reaches the server that was picked for it. */
  enter(handle: number, nowMs: number): void {
    const { table, states, heap } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const state = states[version];
    if (!state.isUp) {
      this.#options.answer(handle, nowMs, errorClass.status502);
      return;
    }
    if (state.hungUntilMs > nowMs) {
      table.phase[handle] = phase.held;
      heap.push(state.hungUntilMs, handle * 8 + kind.arrive);
      return;
    }
    const server = table.server[handle] as number;
    table.enteredMs[handle] = nowMs;
    const waiting = this.#lines.lengths[server] as number;
    if (waiting === 0 && (this.#busy[server] as number) < this.#slots[version]) {
      this.#count(version, nowMs, 1);
      this.#start(handle, nowMs);
    } else if (waiting < this.#queueBounds[version]) {
      this.#count(version, nowMs, 1);
      table.phase[handle] = phase.queued;
      this.#lines.append(server, handle, table.next);
    } else {
      table.startedMs[handle] = Number.NaN;
      this.#options.answer(handle, nowMs, errorClass.status503);
    }
  }

  /** An event of a server's shared cores. */
  tick(server: number, nowMs: number): void {
    const { table, heap } = this.#options;
    const handle = this.#shared?.end(server, nowMs, table) ?? -1;
    if (handle < 0) return;
    table.phase[handle] = phase.working;
    heap.push(Math.max(nowMs, table.endedMs[handle] as number), handle * 8 + kind.worked);
  }

  /** A request's own work is done. */
  worked(handle: number, nowMs: number): void {
    if (this.gates === undefined) this.#finish(handle, nowMs, -1);
    else this.#nextQuery(handle, nowMs);
  }

  /** One of its queries is done. */
  queried(handle: number, nowMs: number): void {
    this.#nextQuery(handle, nowMs);
  }

  /** Forgets everything that the servers of a version have under way. */
  reset(version: VersionIndex): void {
    const { first, count } = this.ranges[version];
    for (let server = first; server < first + count; server++) {
      this.#busy[server] = 0;
      this.#lines.clear(server);
      this.#inTurn.reset(server);
      this.#shared?.reset(server);
    }
  }

  /** A request that had been in the system or in a slot was lost. */
  lost(version: VersionIndex, nowMs: number, wasBusy: boolean): void {
    this.#count(version, nowMs, -1);
    if (wasBusy) this.#options.averages.change(2 + version, nowMs, -1);
  }

  #start(handle: number, nowMs: number): void {
    const { table, states, services, heap, averages } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const server = table.server[handle] as number;
    const service = services[version];
    const slowness = slownessAt(states[version], service, nowMs);
    this.#busy[server] = (this.#busy[server] as number) + 1;
    averages.change(2 + version, nowMs, 1);
    table.startedMs[handle] = nowMs;
    if ((table.luck[handle] as number) <= states[version].errorShare)
      table.error[handle] = errorClass.status500;
    this.#work = table.work[handle] as number;
    const ownMs = this.#samplers[version]() * slowness;
    const cpuMs = service.cpuPerRequestMs * slowness;
    const storesMs = this.#timeInStores(handle);
    this.cpuMs[version] = (this.cpuMs[version] as number) + cpuMs;
    if (cpuMs > 0 && this.#shared !== undefined) {
      table.phase[handle] = phase.burning;
      table.endedMs[handle] = nowMs + ownMs + storesMs;
      this.#shared.begin(server, handle, { nowMs, cpuMs, table });
      return;
    }
    const beginMs = cpuMs > 0 ? this.#inTurn.begin(server, nowMs, cpuMs) : nowMs;
    table.phase[handle] = phase.working;
    heap.push(beginMs + Math.max(ownMs, cpuMs) + storesMs, handle * 8 + kind.worked);
  }

  /** The cache, and a database without a limit, are time only. */
  #timeInStores(handle: number): number {
    const { table } = this.#options;
    const cacheMs = table.cacheMs[handle] as number;
    if (this.gates !== undefined) return cacheMs;
    const { reads, writes } = table;
    return cacheMs + (reads[handle] as number) * this.#readMs + (writes[handle] as number) * this.#writeMs;
  }

  /** A request's queries follow one another: reads first. */
  #nextQuery(handle: number, nowMs: number): void {
    const { table, heap } = this.#options;
    const reads = table.reads[handle] as number;
    const writes = table.writes[handle] as number;
    if (this.gates === undefined || reads + writes === 0) {
      this.#finish(handle, nowMs, -1);
      return;
    }
    const startMs = this.gates.enter(table.version[handle] as VersionIndex, nowMs);
    if (startMs === Number.POSITIVE_INFINITY) {
      this.#finish(handle, nowMs, errorClass.status500);
      return;
    }
    if (reads > 0) table.reads[handle] = reads - 1;
    else table.writes[handle] = writes - 1;
    heap.push(startMs + (reads > 0 ? this.#readMs : this.#writeMs), handle * 8 + kind.queried);
  }

  #finish(handle: number, nowMs: number, storeError: number): void {
    const { table, averages, answer } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const server = table.server[handle] as number;
    table.endedMs[handle] = nowMs;
    this.#count(version, nowMs, -1);
    averages.change(2 + version, nowMs, -1);
    this.#busy[server] = (this.#busy[server] as number) - 1;
    const own = table.error[handle] as number;
    answer(handle, nowMs, own >= 0 ? own : storeError);
    if ((this.#lines.lengths[server] as number) > 0)
      this.#start(this.#lines.shift(server, table.next), nowMs);
  }

  #count(version: VersionIndex, nowMs: number, by: number): void {
    this.#options.averages.change(version, nowMs, by);
  }
}
