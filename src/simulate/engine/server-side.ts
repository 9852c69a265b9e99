import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan } from "../../scenario/service-plan.ts";
import { type ServiceTimeSampler, serviceTimeSampler } from "../../workload/service-time.ts";
import type { SimulationSettings } from "../settings.ts";
import { CoresInTurn, SharedCores } from "./cpu.ts";
import { asksOneByOne } from "./database.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import { PoorNetwork } from "./poor-network.ts";
import type { VersionIndex } from "./request-source.ts";
import { phase, type RequestTable } from "./request-table.ts";
import { type NetworkTrouble, type ServerTrouble, troubleOf } from "./server-trouble.ts";
import { StoreSide } from "./store-side.ts";
import { errorClass } from "./tally.ts";
import type { TimeAverages } from "./time-averages.ts";
import { coldnessAt, type VersionState } from "./version-states.ts";
import { WaitingLines } from "./waiting-lines.ts";

export type ServerSideOptions = {
  readonly plan: RunPlan;
  readonly seed: number;
  readonly services: readonly [MockPlan, MockPlan];
  readonly settings: SimulationSettings;
  readonly states: readonly [VersionState, VersionState];
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly averages: TimeAverages;
  /** Takes every request that a server is done with; `error` is a place in `errorClasses`, or -1. */
  readonly answer: (handle: number, nowMs: number, error: number) => void;
  /** Takes every request whose connection broke in place of an answer. */
  readonly broken: (handle: number, nowMs: number) => void;
};

/** Servers with slots, a bounded line, cores, and the stores behind them: what a request meets after the splitter. */
export class ServerSide {
  /** Servers of old first, then those of new. */
  readonly ranges: readonly [{ first: number; count: number }, { first: number; count: number }];
  /** CPU time taken, ms, by version. */
  readonly cpuMs = new Float64Array(2);
  /** Where queries are followed one by one. */
  readonly stores: StoreSide | undefined;

  readonly #options: ServerSideOptions;
  readonly #slots: readonly [number, number];
  readonly #queueBounds: readonly [number, number];
  /** Processes that one server of a version stands for. */
  readonly #processes: readonly [number, number];
  readonly #samplers: readonly [ServiceTimeSampler, ServiceTimeSampler];
  readonly #busy: Int32Array;
  readonly #lines: WaitingLines;
  readonly #inTurn: CoresInTurn;
  readonly #shared: SharedCores | undefined;
  readonly #troubles: ServerTrouble[];
  readonly #network: PoorNetwork;
  readonly #readMs: number;
  readonly #writeMs: number;
  /** The uniform number that the samplers are given. */
  #work = 1;

  constructor(options: ServerSideOptions) {
    const { plan, seed, services, settings, table, heap } = options;
    this.#options = options;
    const isPooled = settings.loadBalancing === "pooled";
    const counts = services.map((service) => (isPooled ? 1 : service.replicas)) as [number, number];
    const scales = services.map((service) => (isPooled ? service.replicas : 1)) as [number, number];
    this.#processes = scales;
    this.ranges = [
      { first: 0, count: counts[0] },
      { first: counts[0], count: counts[1] },
    ];
    this.#slots = [services[0].concurrency * scales[0], services[1].concurrency * scales[1]];
    this.#queueBounds = [services[0].queue * scales[0], services[1].queue * scales[1]];
    const samplerOf = ({ serviceTime }: MockPlan) => serviceTimeSampler(serviceTime, () => this.#work);
    this.#samplers = [samplerOf(services[0]), samplerOf(services[1])];
    const servers = counts[0] + counts[1];
    const cores = settings.coresPerServer * Math.max(...scales);
    this.#busy = new Int32Array(servers);
    this.#lines = new WaitingLines(servers);
    this.#inTurn = new CoresInTurn(servers, cores);
    this.#shared =
      settings.cpu === "shared" ? new SharedCores(servers, cores, { heap, tick: kind.tick }) : undefined;
    const versionOf = (server: number): VersionIndex => (server < counts[0] ? 0 : 1);
    const versionsOfServers = Array.from({ length: servers }, (_, server) => versionOf(server));
    this.#troubles = versionsOfServers.map((version) => troubleOf(services[version], []));
    this.#network = new PoorNetwork(servers, options);
    const { database } = plan.stores;
    if (database !== undefined && asksOneByOne(plan)) {
      this.stores = new StoreSide({
        seed,
        database,
        replicas: plan.capacity.database.replicas,
        servers: versionsOfServers.map((version) => ({ version, processes: scales[version] })),
        table,
        heap,
        done: (handle, nowMs, error) => this.#finish(handle, nowMs, error),
      });
    }
    this.#readMs = database?.readMs ?? 0;
    this.#writeMs = database?.writeMs ?? 0;
  }

  /** A request reaches the server that was picked for it. */
  enter(handle: number, nowMs: number): void {
    const { table, states, heap, answer } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const state = states[version];
    if (!state.isUp) {
      answer(handle, nowMs, errorClass.status502);
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
      this.#sendBack(handle, nowMs, errorClass.status503);
    }
  }

  /** CPU time that a version has really had so far: `cpuMs` counts a request's when it begins. */
  cpuDoneMs(version: VersionIndex, nowMs: number): number {
    const { first, count } = this.ranges[version];
    let backlogMs = 0;
    for (let server = first; server < first + count; server++) {
      backlogMs +=
        this.#shared?.backlogMs(server, nowMs, this.#options.table) ?? this.#inTurn.backlogMs(server, nowMs);
    }
    return (this.cpuMs[version] as number) - backlogMs;
  }

  /** An event of a server's shared cores, or of its connections to the database. */
  tick(subject: number, nowMs: number): void {
    const { table, heap } = this.#options;
    const servers = this.#busy.length;
    if (subject >= servers) {
      this.stores?.expire(subject - servers, nowMs);
      return;
    }
    const handle = this.#shared?.end(subject, nowMs, table) ?? -1;
    if (handle < 0) return;
    table.phase[handle] = phase.working;
    heap.push(Math.max(nowMs, table.endedMs[handle] as number), handle * 8 + kind.worked);
  }

  /** A request's own work is done, or its answer has come over a poor network. */
  worked(handle: number, nowMs: number): void {
    const { table, answer } = this.#options;
    if (table.phase[handle] === phase.leaving) answer(handle, nowMs, table.error[handle] as number);
    else if (this.stores === undefined) this.#finish(handle, nowMs, -1);
    else this.stores.begin(handle, nowMs);
  }

  /** One of its queries is done. */
  queried(handle: number, nowMs: number): void {
    this.stores?.queried(handle, nowMs);
  }

  /** What is wrong with a server from now on. */
  setTrouble(server: number, trouble: ServerTrouble, nowMs: number): void {
    const { table } = this.#options;
    this.#troubles[server] = trouble;
    const cores = trouble.theftShare * this.#processes[this.#versionOf(server)];
    this.#shared?.steal(server, cores, { nowMs, table });
  }

  /**
   * Time of a server's core is taken for others, as by a noisy neighbour on the thread that answers.
   *
   * @param sinceMs - when that was done last
   * @returns when it is done, or undefined when nothing is stolen any more
   */
  steal(server: number, nowMs: number, sinceMs: number): number | undefined {
    const version = this.#versionOf(server);
    const share = (this.#troubles[server] as ServerTrouble).theftShare;
    if (share === 0) return undefined;
    let untilMs = nowMs;
    for (let process = 0; process < this.#processes[version]; process++) {
      const { burnedMs, freeAtMs } = this.#inTurn.steal(server, process, { nowMs, sinceMs, share });
      untilMs = Math.max(untilMs, freeAtMs);
      this.cpuMs[version] = (this.cpuMs[version] as number) + burnedMs;
    }
    return untilMs;
  }

  /** What is between a version's servers and the splitter, of the first of them. */
  networkOf(version: VersionIndex): NetworkTrouble | undefined {
    return this.#troubles[this.ranges[version].first]?.network;
  }

  drawReset(network: NetworkTrouble): boolean {
    return this.#network.drawReset(network);
  }

  /** Whether a version has nothing under way. */
  isIdle(version: VersionIndex): boolean {
    const { first, count } = this.ranges[version];
    return this.#busy.subarray(first, first + count).every((busy) => busy === 0);
  }

  /** Forgets everything that the servers of a version have under way. */
  reset(version: VersionIndex): void {
    const { first, count } = this.ranges[version];
    for (let server = first; server < first + count; server++) {
      this.#busy[server] = 0;
      this.#lines.clear(server);
      this.#inTurn.reset(server);
      this.#shared?.reset(server);
      this.stores?.reset(server);
    }
  }

  /** A request that had been in the system or in a slot was lost. */
  lost(version: VersionIndex, nowMs: number, wasBusy: boolean): void {
    this.#count(version, nowMs, -1);
    if (wasBusy) this.#options.averages.change(2 + version, nowMs, -1);
  }

  #versionOf(server: number): VersionIndex {
    return server < this.ranges[1].first ? 0 : 1;
  }

  #start(handle: number, nowMs: number): void {
    const { table, states, services, heap, averages } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const server = table.server[handle] as number;
    const trouble = this.#troubles[server] as ServerTrouble;
    const slowness = trouble.slowFactor * coldnessAt(states[version], nowMs);
    this.#busy[server] = (this.#busy[server] as number) + 1;
    averages.change(2 + version, nowMs, 1);
    table.startedMs[handle] = nowMs;
    if ((table.luck[handle] as number) <= trouble.errorShare) table.error[handle] = errorClass.status500;
    this.#work = table.work[handle] as number;
    const ownMs = this.#samplers[version]() * slowness;
    const cpuMs = services[version].cpuPerRequestMs * slowness;
    const storesMs = this.#timeInStores(handle);
    this.cpuMs[version] = (this.cpuMs[version] as number) + cpuMs;
    if (cpuMs > 0 && this.#shared !== undefined) {
      table.phase[handle] = phase.burning;
      table.endedMs[handle] = nowMs + ownMs + storesMs;
      this.#shared.begin(server, handle, { nowMs, cpuMs, table });
      return;
    }
    const needsCore = cpuMs > 0 || trouble.theftShare > 0;
    const beginMs = needsCore ? this.#inTurn.begin(server, nowMs, cpuMs) : nowMs;
    table.phase[handle] = phase.working;
    heap.push(beginMs + Math.max(ownMs, cpuMs) + storesMs, handle * 8 + kind.worked);
  }

  /** The cache, and a database that nothing limits, are time only. */
  #timeInStores(handle: number): number {
    const { table } = this.#options;
    const cacheMs = table.cacheMs[handle] as number;
    if (this.stores !== undefined) return cacheMs;
    const { reads, writes } = table;
    return cacheMs + (reads[handle] as number) * this.#readMs + (writes[handle] as number) * this.#writeMs;
  }

  #finish(handle: number, nowMs: number, storeError: number): void {
    const { table, averages } = this.#options;
    const version = table.version[handle] as VersionIndex;
    const server = table.server[handle] as number;
    table.endedMs[handle] = nowMs;
    this.#count(version, nowMs, -1);
    averages.change(2 + version, nowMs, -1);
    this.#busy[server] = (this.#busy[server] as number) - 1;
    const own = table.error[handle] as number;
    this.#sendBack(handle, nowMs, own >= 0 ? own : storeError);
    if ((this.#lines.lengths[server] as number) > 0)
      this.#start(this.#lines.shift(server, table.next), nowMs);
  }

  /** An answer leaves the server. */
  #sendBack(handle: number, nowMs: number, error: number): void {
    const { table, answer } = this.#options;
    const { network } = this.#troubles[table.server[handle] as number] as ServerTrouble;
    if (network === undefined) answer(handle, nowMs, error);
    else this.#network.send(network, handle, { nowMs, error });
  }

  #count(version: VersionIndex, nowMs: number, by: number): void {
    this.#options.averages.change(version, nowMs, by);
  }
}
