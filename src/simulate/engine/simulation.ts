import { randomStream } from "../../base/random.ts";
import { versions } from "../../base/version.ts";
import type { RunEvent } from "../../result/schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { type SimulationSettings, simulatedFaults, simulatedServices } from "../settings.ts";
import { Balancer } from "./balancer.ts";
import { ClientSide } from "./client-side.ts";
import { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import { Mirror } from "./mirror.ts";
import { RequestSource, type VersionIndex } from "./request-source.ts";
import { flag, phase, RequestTable } from "./request-table.ts";
import { ServerSide } from "./server-side.ts";
import { CellFinder, emptyTally, errorClass, type Tally } from "./tally.ts";
import { TallyWriter } from "./tally-writer.ts";
import { type Levels, TimeAverages } from "./time-averages.ts";
import {
  type FaultTurn,
  faultTurns,
  freshState,
  noteCheck,
  noteRefusal,
  turnNumbers,
  type VersionState,
} from "./version-states.ts";

/** What one replication brings home, as plain data. */
export type ReplicationData = {
  readonly tally: Tally;
  readonly levels: Levels;
  /** By column of `mirrorColumn`. */
  readonly mirror: Float64Array;
  /** CPU time of the services, and queries of the database, by version, warm-up included. */
  readonly cpuMs: Float64Array;
  readonly queries: Float64Array;
  readonly events: number;
  readonly log: readonly RunEvent[];
  /** When the replication had to stop because too many requests were under way. */
  readonly overflowMs: number | undefined;
};

export type SimulationInput = {
  readonly plan: RunPlan;
  readonly settings: SimulationSettings;
  /** Of this replication: arrivals, demands and choices follow from it. */
  readonly seed: number;
  /** Times at which requests come due; nothing for a closed load. */
  readonly arrivals: Iterator<number>;
};

/** Most entries of the log; more are not kept. */
const maxLog = 1000;

/** One replication of a plan in virtual time, from the start of the warm-up to the end of the grace. */
export class Simulation {
  readonly #input: SimulationInput;
  readonly #table = new RequestTable();
  readonly #heap = new EventHeap();
  readonly #averages: TimeAverages;
  readonly #writer: TallyWriter;
  readonly #states: readonly [VersionState, VersionState];
  readonly #servers: ServerSide;
  readonly #clients: ClientSide;
  readonly #mirror: Mirror | undefined;
  readonly #balancers: readonly [Balancer, Balancer];
  readonly #underWay: Int32Array;
  readonly #turns: readonly FaultTurn[];
  readonly #log: RunEvent[] = [];
  readonly #halfNetworkMs: number;
  #splitterFreeMs = Number.NEGATIVE_INFINITY;
  #events = 0;

  constructor(input: SimulationInput) {
    const { plan, settings, seed } = input;
    const { timeline, endpoints, stores } = plan;
    this.#input = input;
    const services = simulatedServices(plan);
    const startMs = -timeline.warmUpMs;
    this.#averages = new TimeAverages(timeline.durationMs);
    const finder = new CellFinder(timeline);
    const tally = emptyTally(finder.cells.length, timeline.stages.length, endpoints.length);
    this.#writer = new TallyWriter(tally, endpoints.length, { startMs, endMs: timeline.durationMs });
    this.#states = [
      freshState(startMs, services.old.errorShare),
      freshState(startMs, services.new.errorShare),
    ];
    const shared = { seed, table: this.#table, heap: this.#heap, averages: this.#averages };
    this.#servers = new ServerSide({
      ...shared,
      services: [services.old, services.new],
      stores,
      settings,
      states: this.#states,
      answer: (handle, nowMs, error) => this.#answer(handle, nowMs, error),
    });
    this.#clients = new ClientSide({
      ...shared,
      plan,
      source: new RequestSource(plan, seed),
      finder,
      writer: this.#writer,
      send: (handle, nowMs) => this.#send(handle, nowMs),
      abandon: (handle) => this.#leaveServer(handle),
    });
    const { ranges } = this.#servers;
    this.#balancers = [
      new Balancer(settings.loadBalancing, ranges[0], randomStream(seed, "balancing/old")),
      new Balancer(settings.loadBalancing, ranges[1], randomStream(seed, "balancing/new")),
    ];
    this.#underWay = new Int32Array(ranges[0].count + ranges[1].count);
    this.#mirror = plan.mirror && new Mirror(plan.mirror, endpoints, this.#table);
    this.#turns = faultTurns(simulatedFaults(plan));
    this.#halfNetworkMs = settings.networkMs / 2;
  }

  run(): ReplicationData {
    const { plan, arrivals } = this.#input;
    const { durationMs, graceMs, warmUpMs } = plan.timeline;
    this.#clients.startThinking(-warmUpMs);
    for (const [index, turn] of this.#turns.entries()) this.#heap.push(turn.atMs, index * 8 + kind.turn);
    if (this.#turns.some(({ fault }) => fault.kind === "crash" || fault.kind === "hang")) this.#startChecks();
    const reachedMs = this.#loop(arrivals, durationMs + graceMs);
    this.#clients.finish(reachedMs ?? durationMs + graceMs);
    this.#averages.finish();
    return {
      tally: this.#writer.tally,
      levels: this.#averages.levels,
      mirror: this.#mirror?.counts ?? new Float64Array(6),
      cpuMs: this.#servers.cpuMs,
      queries: this.#servers.gates?.passed ?? new Float64Array(2),
      events: this.#events,
      log: this.#log,
      overflowMs: reachedMs,
    };
  }

  /** Of events at one moment, those of the heap come first, then timers, then arrivals. */
  #loop(arrivals: Iterator<number>, endMs: number): number | undefined {
    const heap = this.#heap;
    const clients = this.#clients;
    const { timeouts } = clients;
    const deadlines = this.#mirror?.deadlines;
    let arrivalMs = nextOf(arrivals);
    for (;;) {
      const timerMs = deadlines === undefined ? timeouts.nextMs : Math.min(timeouts.nextMs, deadlines.nextMs);
      const nowMs = Math.min(heap.nextMs, timerMs, arrivalMs);
      if (nowMs > endMs || nowMs === Number.POSITIVE_INFINITY) return undefined;
      if (heap.nextMs === nowMs) {
        this.#events++;
        this.#dispatch(heap.pop(), nowMs);
      } else if (timerMs === nowMs) {
        if (timeouts.nextMs === nowMs) clients.timeOut();
        else this.#giveUpCopy();
      } else {
        this.#events++;
        clients.due(clients.nextUser(), nowMs);
        arrivalMs = nextOf(arrivals);
      }
      if (this.#table.isFull) return nowMs;
    }
  }

  #dispatch(payload: number, nowMs: number): void {
    const subject = payload >> 3;
    switch (payload & 7) {
      case kind.worked:
        if (!this.#isStopped(subject, nowMs, kind.worked)) this.#servers.worked(subject, nowMs);
        return;
      case kind.arrive:
        this.#arrive(subject, nowMs);
        return;
      case kind.answered:
        this.#complete(subject, nowMs);
        return;
      case kind.queried:
        if (!this.#isStopped(subject, nowMs, kind.queried)) this.#servers.queried(subject, nowMs);
        return;
      case kind.tick:
        this.#servers.tick(subject, nowMs);
        return;
      case kind.ask:
        if (nowMs < this.#input.plan.timeline.durationMs) this.#clients.due(subject, nowMs);
        return;
      case kind.turn:
        this.#turn(subject, nowMs);
        return;
      default:
        this.#check((subject & 1) as VersionIndex, nowMs, subject >= 2);
    }
  }

  /** Whether this event of a server doesn't happen, because its process was killed, or not yet, because it hangs. */
  #isStopped(handle: number, nowMs: number, event: number): boolean {
    const table = this.#table;
    if (((table.flags[handle] as number) & flag.dead) !== 0) {
      table.free(handle);
      return true;
    }
    const { hungUntilMs } = this.#states[table.version[handle] as VersionIndex];
    if (hungUntilMs <= nowMs) return false;
    this.#heap.push(hungUntilMs, handle * 8 + event);
    return true;
  }

  /** Through the splitter, which takes one request after another, and the first half of the network. */
  #send(handle: number, nowMs: number): void {
    const { splitterMs } = this.#input.settings;
    let atMs = nowMs + this.#halfNetworkMs;
    if (splitterMs > 0) {
      this.#splitterFreeMs = Math.max(this.#splitterFreeMs, nowMs) + splitterMs;
      atMs = this.#splitterFreeMs + this.#halfNetworkMs;
    }
    if (atMs > nowMs) this.#heap.push(atMs, handle * 8 + kind.arrive);
    else this.#forward(handle, nowMs);
  }

  #arrive(handle: number, nowMs: number): void {
    const table = this.#table;
    if (((table.flags[handle] as number) & flag.dead) !== 0) table.free(handle);
    else if (table.phase[handle] === phase.held) this.#servers.enter(handle, nowMs);
    else if (((table.flags[handle] as number) & flag.awaited) === 0) table.free(handle);
    else this.#forward(handle, nowMs);
  }

  #forward(handle: number, nowMs: number): void {
    const table = this.#table;
    const chosen = table.version[handle] as VersionIndex;
    const other = chosen === 0 ? 1 : 0;
    const copy = ((table.flags[handle] as number) & flag.toCopy) === 0 ? -1 : this.#copy(handle, nowMs);
    if (this.#states[chosen].isOut && !this.#states[other].isOut) {
      table.version[handle] = other;
      table.flags[handle] = (table.flags[handle] as number) | flag.rerouted;
    }
    this.#enter(handle, nowMs);
    if (copy >= 0) this.#enter(copy, nowMs);
  }

  #copy(handle: number, nowMs: number): number {
    return this.#mirror?.copy(handle, nowMs) ?? -1;
  }

  #enter(handle: number, nowMs: number): void {
    const table = this.#table;
    const version = table.version[handle] as VersionIndex;
    const server = this.#balancers[version].pick(this.#underWay);
    table.server[handle] = server;
    this.#underWay[server] = (this.#underWay[server] as number) + 1;
    this.#servers.enter(handle, nowMs);
  }

  /** A server is done with a request, or has refused it. */
  #answer(handle: number, nowMs: number, error: number): void {
    const table = this.#table;
    table.error[handle] = error;
    if (error === errorClass.status502) {
      table.startedMs[handle] = Number.NaN;
      this.#noteRefusal(table.version[handle] as VersionIndex, nowMs);
    }
    if (((table.flags[handle] as number) & flag.awaited) === 0) {
      table.free(handle);
    } else if (this.#halfNetworkMs > 0) {
      table.phase[handle] = phase.answering;
      this.#heap.push(nowMs + this.#halfNetworkMs, handle * 8 + kind.answered);
    } else {
      this.#complete(handle, nowMs);
    }
  }

  #complete(handle: number, nowMs: number): void {
    if (((this.#table.flags[handle] as number) & flag.awaited) !== 0) this.#close(handle, nowMs);
    this.#table.free(handle);
  }

  #close(handle: number, nowMs: number): void {
    this.#leaveServer(handle);
    if (((this.#table.flags[handle] as number) & flag.copy) !== 0) this.#mirror?.complete(handle);
    else this.#clients.complete(handle, nowMs);
  }

  #giveUpCopy(): void {
    const handle = this.#mirror?.timeOut() ?? -1;
    if (handle >= 0) this.#leaveServer(handle);
  }

  /** The splitter no longer counts the request to its server. */
  #leaveServer(handle: number): void {
    const server = this.#table.server[handle] as number;
    if (server >= 0) this.#underWay[server] = (this.#underWay[server] as number) - 1;
  }

  #turn(index: number, nowMs: number): void {
    const turn = this.#turns[index] as FaultTurn;
    const { fault, begins } = turn;
    const version = versions.indexOf(fault.service) as VersionIndex;
    const state = this.#states[version];
    turnNumbers(state, turn, simulatedServices(this.#input.plan)[fault.service].errorShare);
    if (fault.kind === "hang") {
      state.hungUntilMs = begins ? nowMs + (fault.forMs ?? Number.POSITIVE_INFINITY) : nowMs;
    }
    if (fault.kind === "crash") {
      state.isUp = !begins;
      if (begins) this.#crash(version, nowMs);
      else state.startedMs = nowMs;
    }
    this.#note(nowMs, "fault", version, `${fault.kind} ${begins ? "begins" : "ends"}`);
  }

  /** Every connection to the version breaks; what its processes had under way is lost. */
  #crash(version: VersionIndex, nowMs: number): void {
    const table = this.#table;
    this.#servers.reset(version);
    for (let handle = 0; handle < table.highWater; handle++) {
      const at = table.phase[handle] as number;
      if (table.version[handle] !== version || at < phase.held || at > phase.working) continue;
      if (at !== phase.held) this.#servers.lost(version, nowMs, at !== phase.queued);
      table.error[handle] = errorClass.reset;
      if (((table.flags[handle] as number) & flag.awaited) !== 0) this.#close(handle, nowMs);
      const hasEvent = at === phase.held || at === phase.working;
      if (hasEvent) table.flags[handle] = (table.flags[handle] as number) | flag.dead;
      else table.free(handle);
    }
  }

  #startChecks(): void {
    const { plan } = this.#input;
    for (const version of [0, 1] as const) {
      this.#heap.push(-plan.timeline.warmUpMs, version * 8 + kind.check);
    }
  }

  /** A check asks, and if the version hangs, learns of it after its own timeout (`isLate`). */
  #check(version: VersionIndex, nowMs: number, isLate: boolean): void {
    const { plan } = this.#input;
    const { health } = plan.services[versions[version]];
    const state = this.#states[version];
    const hangs = state.isUp && state.hungUntilMs > nowMs;
    if (hangs && !isLate) {
      this.#heap.push(nowMs + health.timeoutMs, (version + 2) * 8 + kind.check);
      return;
    }
    if (noteCheck(state, state.isUp && !hangs, health)) this.#noteHealth(version, nowMs);
    this.#heap.push(nowMs + health.intervalMs, version * 8 + kind.check);
  }

  #noteRefusal(version: VersionIndex, nowMs: number): void {
    if (noteRefusal(this.#states[version])) this.#noteHealth(version, nowMs);
  }

  #noteHealth(version: VersionIndex, nowMs: number): void {
    const { isOut } = this.#states[version];
    this.#note(
      nowMs,
      isOut ? "unhealthy" : "healthy",
      version,
      isOut ? "its traffic goes to the other version" : "it gets its traffic again",
    );
  }

  #note(atMs: number, what: string, version: VersionIndex, message: string): void {
    if (this.#log.length < maxLog) this.#log.push({ atMs, kind: what, version: versions[version], message });
  }
}

function nextOf(times: Iterator<number>): number {
  const { done, value } = times.next();
  return done === true ? Number.POSITIVE_INFINITY : value;
}
