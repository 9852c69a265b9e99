import type { RunEvent } from "../../result/schema.ts";
import { allAtOnce, type Steps } from "../steps.ts";
import { assemble, type Parts } from "./assembly.ts";
import type { ClientSide } from "./client-side.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind, rare } from "./event-kind.ts";
import type { RampSplit, RampWatch } from "./ramp-watch.ts";
import type { ReplicationData } from "./replication-data.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, type RequestTable } from "./request-table.ts";
import { retryColumns } from "./retry-desk.ts";
import type { ServerSide } from "./server-side.ts";
import type { SimulationInput } from "./simulation-input.ts";
import type { SplitterSide } from "./splitter-side.ts";
import { level } from "./time-averages.ts";

/** One replication of a plan in virtual time, from the start of the warm-up to the end of the grace. */
export class Simulation {
  readonly #input: SimulationInput;
  readonly #parts: Parts;
  readonly #table: RequestTable;
  readonly #heap: EventHeap;
  readonly #servers: ServerSide;
  readonly #clients: ClientSide;
  readonly #splitter: SplitterSide;
  #events = 0;
  #nextArrivalMs: number;
  /** When it had to stop for want of room, if so. */
  #overflowMs: number | undefined;

  constructor(input: SimulationInput) {
    this.#input = input;
    this.#nextArrivalMs = nextOf(input.arrivals);
    this.#parts = assemble(input, (split) => this.#follow(split));
    const { table, heap, servers, clients, splitter } = this.#parts;
    this.#table = table;
    this.#heap = heap;
    this.#servers = servers;
    this.#clients = clients;
    this.#splitter = splitter;
  }

  run(): ReplicationData {
    return allAtOnce(this.steps());
  }

  /** The same, so many events at a time. */
  *steps(): Steps<ReplicationData> {
    const { durationMs, graceMs, warmUpMs } = this.#input.plan.timeline;
    this.#clients.startThinking(-warmUpMs);
    this.#parts.trouble.start();
    for (const scaling of this.#parts.scaling) scaling?.start();
    while (!this.#advance(durationMs + graceMs)) yield;
    return this.#finish(durationMs + graceMs);
  }

  #finish(endMs: number): ReplicationData {
    const { plan, seed } = this.#input;
    const { timeline } = plan;
    const { tally } = this.#parts.writer;
    this.#clients.finish(this.#overflowMs ?? endMs);
    this.#parts.averages.finish();
    const { levels } = this.#parts.averages;
    if (this.#overflowMs === undefined)
      this.#parts.law.check(tally, { timeline, awaitedMs: levels.areas[level.awaited] as number, seed });
    return {
      tally,
      levels,
      mirror: this.#parts.mirror?.counts ?? new Float64Array(6),
      cpuMs: this.#servers.cpuMs,
      queries: this.#servers.stores?.database.passed ?? new Float64Array(2),
      retries: this.#parts.retries?.counts ?? new Float64Array(2 * retryColumns),
      scaling: this.#parts.scaling.map((scaling) => scaling?.data()),
      engine: "event",
      events: this.#events,
      log: inOrder(this.#parts.trouble.log, this.#parts.log.entries),
      reactions: [],
      overflowMs: this.#overflowMs,
    };
  }

  /**
   * Plays a step's events. Of events at one moment, those of the heap come first, then timers, then arrivals.
   *
   * @returns whether that was all: nothing is left until the end, or there is no more room for requests
   */
  #advance(endMs: number): boolean {
    const heap = this.#heap;
    const clients = this.#clients;
    const { timeouts, patience } = clients;
    const copies = this.#parts.mirror?.deadlines ?? noTimers;
    const places = this.#parts.connections?.deadlines ?? noTimers;
    const { ramp, arrivals } = this.#input;
    const hasMoreTimers = copies !== noTimers || places !== noTimers || this.#parts.retries !== undefined;
    const pauseAt = this.#events + eventsOfStep;
    let arrivalMs = this.#nextArrivalMs;
    while (this.#events < pauseAt) {
      const timerMs = hasMoreTimers
        ? Math.min(timeouts.nextMs, patience.nextMs, copies.nextMs, places.nextMs)
        : timeouts.nextMs;
      const nowMs = Math.min(heap.nextMs, timerMs, arrivalMs);
      if (ramp !== undefined) while (ramp.nextMs <= Math.min(nowMs, endMs)) this.#closeWindow(ramp);
      if (nowMs > endMs || nowMs === Number.POSITIVE_INFINITY) return true;
      if (heap.nextMs === nowMs) {
        this.#events++;
        this.#dispatch(heap.pop(), nowMs);
      } else if (timerMs === nowMs) {
        if (timeouts.nextMs === nowMs) clients.timeOut();
        else if (patience.nextMs === nowMs) clients.lose();
        else if (copies.nextMs === nowMs) this.#splitter.giveUpCopy(nowMs);
        else this.#splitter.giveUpPlace(nowMs);
      } else {
        this.#events++;
        clients.due(nobody, nowMs);
        arrivalMs = nextOf(arrivals);
      }
      if (this.#table.isFull) {
        this.#overflowMs = nowMs;
        return true;
      }
    }
    this.#nextArrivalMs = arrivalMs;
    return false;
  }

  #closeWindow(ramp: RampWatch): void {
    this.#follow(ramp.close(this.#parts.trouble.outageOf(1) ?? this.#parts.protection?.outageOf(1)));
  }

  #follow({ newPerMillion, headerRoute, mirrorPerMillion }: RampSplit): void {
    this.#clients.setSplit(newPerMillion);
    this.#parts.source.setRoute(headerRoute);
    if (mirrorPerMillion !== undefined) this.#parts.source.mirrorPerMillion = mirrorPerMillion;
  }

  #dispatch(payload: number, nowMs: number): void {
    const subject = payload >> 3;
    switch (payload & 7) {
      case kind.worked:
        if (!this.#isStopped(subject, nowMs, kind.worked)) this.#servers.worked(subject, nowMs);
        return;
      case kind.arrive:
        this.#splitter.arrive(subject, nowMs);
        return;
      case kind.answered:
        this.#splitter.complete(subject, nowMs);
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
        this.#parts.trouble.turn(subject, nowMs);
        return;
      default:
        if ((subject & 4) === 0) this.#parts.trouble.health.check(subject, nowMs);
        else this.#dispatchRare(subject >> 3, subject & 7, nowMs);
    }
  }

  #dispatchRare(subject: number, what: number, nowMs: number): void {
    if (what === rare.retry) this.#clients.askAgain(subject, nowMs);
    else if (what === rare.readmit) this.#parts.protection?.readmit(subject, nowMs);
    else if (what === rare.look) this.#parts.scaling[subject as VersionIndex]?.look(nowMs);
    else this.#parts.scaling[subject as VersionIndex]?.scale(nowMs);
  }

  /** Whether this event of a server doesn't happen, because its process was killed, or not yet, because it hangs. */
  #isStopped(handle: number, nowMs: number, event: number): boolean {
    const table = this.#table;
    if (((table.flags[handle] as number) & flag.dead) !== 0) {
      table.free(handle);
      return true;
    }
    const { hungUntilMs } = this.#parts.states[table.version[handle] as VersionIndex];
    if (hungUntilMs <= nowMs) return false;
    this.#heap.push(hungUntilMs, handle * 8 + event);
    return true;
  }
}

/** Both logs by time; of one moment, faults first. */
function inOrder(faults: readonly RunEvent[], others: readonly RunEvent[]): readonly RunEvent[] {
  return [...faults, ...others].toSorted((left, right) => left.atMs - right.atMs);
}

const noTimers = { nextMs: Number.POSITIVE_INFINITY };

/** Events between two moments at which others may have the thread: some 25 ms. */
const eventsOfStep = 100_000;

/** Who asks in an open load. */
const nobody = -1;

function nextOf(times: Iterator<number>): number {
  const { done, value } = times.next();
  return done === true ? Number.POSITIVE_INFINITY : value;
}
