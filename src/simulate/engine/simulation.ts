import { randomStream } from "../../base/random.ts";
import type { RunEvent } from "../../result/schema.ts";
import { simulatedServices } from "../settings.ts";
import { allAtOnce, type Steps } from "../steps.ts";
import type { Autoscaling } from "./autoscaling.ts";
import { autoscalings, withRoom } from "./autoscalings.ts";
import { Balancer } from "./balancer.ts";
import { ClientSide } from "./client-side.ts";
import { EventHeap } from "./event-heap.ts";
import { kind, rare } from "./event-kind.ts";
import { EventLog } from "./event-log.ts";
import { LittlesLaw } from "./littles-law.ts";
import { Mirror } from "./mirror.ts";
import { isProtected, Protection } from "./protection.ts";
import type { RampSplit, RampWatch } from "./ramp-watch.ts";
import type { ReplicationData } from "./replication-data.ts";
import { RequestSource, type VersionIndex } from "./request-source.ts";
import { flag, RequestTable } from "./request-table.ts";
import { RetryDesk, retryColumns } from "./retry-desk.ts";
import { ServerSide } from "./server-side.ts";
import type { SimulationInput } from "./simulation-input.ts";
import { SplitterSide } from "./splitter-side.ts";
import { CellFinder, emptyTally } from "./tally.ts";
import { TallyWriter } from "./tally-writer.ts";
import { level, TimeAverages } from "./time-averages.ts";
import { Trouble } from "./trouble.ts";
import { type UpstreamConnections, upstreamConnections } from "./upstream-connections.ts";
import { freshState, type VersionState } from "./version-states.ts";

/** One replication of a plan in virtual time, from the start of the warm-up to the end of the grace. */
export class Simulation {
  readonly #input: SimulationInput;
  readonly #table = new RequestTable();
  readonly #heap = new EventHeap();
  readonly #averages: TimeAverages;
  readonly #writer: TallyWriter;
  readonly #states: readonly [VersionState, VersionState];
  readonly #source: RequestSource;
  readonly #servers: ServerSide;
  readonly #clients: ClientSide;
  readonly #splitter: SplitterSide;
  readonly #trouble: Trouble;
  readonly #mirror: Mirror | undefined;
  readonly #log = new EventLog();
  readonly #retries: RetryDesk | undefined;
  readonly #protection: Protection | undefined;
  readonly #scaling: readonly [Autoscaling | undefined, Autoscaling | undefined];
  readonly #law: LittlesLaw;
  readonly #connections: UpstreamConnections | undefined;
  #events = 0;
  #nextArrivalMs: number;
  /** When it had to stop for want of room, if so. */
  #overflowMs: number | undefined;

  constructor(input: SimulationInput) {
    const { plan, settings, seed } = input;
    const { timeline, endpoints } = plan;
    this.#input = input;
    const { old: oldService, new: newService } = simulatedServices(plan);
    const startMs = -timeline.warmUpMs;
    const finder = new CellFinder(timeline);
    const tally = emptyTally(finder.cells.length, timeline.stages.length, endpoints.length);
    this.#writer = new TallyWriter(tally, endpoints.length, {
      startMs,
      endMs: timeline.durationMs,
    });
    this.#averages = new TimeAverages(timeline.durationMs);
    this.#law = new LittlesLaw(timeline);
    this.#nextArrivalMs = nextOf(input.arrivals);
    this.#states = [freshState(startMs, oldService.coldStart), freshState(startMs, newService.coldStart)];
    const shared = { seed, table: this.#table, heap: this.#heap, averages: this.#averages };
    this.#servers = new ServerSide({
      ...shared,
      plan,
      services: [withRoom(oldService, plan.services.old), withRoom(newService, plan.services.new)],
      settings,
      states: this.#states,
      answer: (handle, nowMs, error) => this.#splitter.answer(handle, nowMs, error),
      broken: (handle, nowMs) => this.#splitter.broken(handle, nowMs),
    });
    this.#source = new RequestSource(plan, seed, input.trafficSeed);
    this.#retries = plan.retries && new RetryDesk(plan.retries, endpoints, { table: this.#table, seed });
    this.#clients = new ClientSide({
      ...shared,
      plan,
      source: this.#source,
      finder,
      writer: this.#writer,
      law: this.#law,
      ended: input.ramp,
      send: (handle, nowMs) => this.#splitter.send(handle, nowMs),
      abandon: (handle, nowMs) => this.#splitter.abandon(handle, nowMs),
      retries: this.#retries,
    });
    this.#mirror =
      plan.mirror && new Mirror(plan.mirror, { endpoints, table: this.#table, watch: input.ramp });
    const { ranges } = this.#servers;
    const { loadBalancing } = settings;
    const balancers = [
      new Balancer(loadBalancing, ranges[0], randomStream(seed, "balancing/old")),
      new Balancer(loadBalancing, ranges[1], randomStream(seed, "balancing/new")),
    ] as const;
    this.#protection = isProtected(plan)
      ? new Protection({
          plan,
          table: this.#table,
          heap: this.#heap,
          balancers,
          log: this.#log,
          turned: (change) => {
            if (input.ramp !== undefined) this.#follow(input.ramp.breaker(change));
          },
        })
      : undefined;
    this.#scaling = autoscalings({
      ...shared,
      plan,
      settings,
      services: [oldService, newService],
      balancers,
      servers: this.#servers,
      log: this.#log,
    });
    this.#connections = upstreamConnections(input, { ranges, table: this.#table, balancers });
    this.#splitter = new SplitterSide({
      settings,
      table: this.#table,
      heap: this.#heap,
      states: this.#states,
      servers: this.#servers,
      clients: this.#clients,
      mirror: this.#mirror,
      balancers,
      protection: this.#protection,
      connections: this.#connections,
      scaling: this.#scaling.some((scaling) => scaling !== undefined) ? this.#scaling : undefined,
      refused: (version, nowMs) => this.#trouble.health.refused(version, nowMs),
    });
    this.#trouble = new Trouble({
      plan,
      services: [oldService, newService],
      states: this.#states,
      table: this.#table,
      heap: this.#heap,
      source: this.#source,
      servers: this.#servers,
      splitter: this.#splitter,
    });
  }

  run(): ReplicationData {
    return allAtOnce(this.steps());
  }

  /** The same, so many events at a time. */
  *steps(): Steps<ReplicationData> {
    const { durationMs, graceMs, warmUpMs } = this.#input.plan.timeline;
    this.#clients.startThinking(-warmUpMs);
    this.#trouble.start();
    for (const scaling of this.#scaling) scaling?.start();
    while (!this.#advance(durationMs + graceMs)) yield;
    return this.#finish(durationMs + graceMs);
  }

  #finish(endMs: number): ReplicationData {
    const { plan, seed } = this.#input;
    const { timeline } = plan;
    const { tally } = this.#writer;
    this.#clients.finish(this.#overflowMs ?? endMs);
    this.#averages.finish();
    const { levels } = this.#averages;
    if (this.#overflowMs === undefined)
      this.#law.check(tally, { timeline, awaitedMs: levels.areas[level.awaited] as number, seed });
    return {
      tally,
      levels,
      mirror: this.#mirror?.counts ?? new Float64Array(6),
      cpuMs: this.#servers.cpuMs,
      queries: this.#servers.stores?.database.passed ?? new Float64Array(2),
      retries: this.#retries?.counts ?? new Float64Array(2 * retryColumns),
      scaling: this.#scaling.map((scaling) => scaling?.data()),
      engine: "event",
      events: this.#events,
      log: inOrder(this.#trouble.log, this.#log.entries),
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
    const copies = this.#mirror?.deadlines ?? noTimers;
    const places = this.#connections?.deadlines ?? noTimers;
    const { ramp, arrivals } = this.#input;
    const hasMoreTimers = copies !== noTimers || places !== noTimers || this.#retries !== undefined;
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
    this.#follow(ramp.close(this.#trouble.outageOf(1) ?? this.#protection?.outageOf(1)));
  }

  #follow({ newPerMillion, headerRoute, mirrorPerMillion }: RampSplit): void {
    this.#clients.setSplit(newPerMillion);
    this.#source.setRoute(headerRoute);
    if (mirrorPerMillion !== undefined) this.#source.mirrorPerMillion = mirrorPerMillion;
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
        this.#trouble.turn(subject, nowMs);
        return;
      default:
        if ((subject & 4) === 0) this.#trouble.health.check(subject, nowMs);
        else this.#dispatchRare(subject >> 3, subject & 7, nowMs);
    }
  }

  #dispatchRare(subject: number, what: number, nowMs: number): void {
    if (what === rare.retry) this.#clients.askAgain(subject, nowMs);
    else if (what === rare.readmit) this.#protection?.readmit(subject, nowMs);
    else if (what === rare.look) this.#scaling[subject as VersionIndex]?.look(nowMs);
    else this.#scaling[subject as VersionIndex]?.scale(nowMs);
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
