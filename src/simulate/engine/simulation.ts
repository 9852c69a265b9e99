import { randomStream } from "../../base/random.ts";
import type { RunEvent } from "../../result/schema.ts";
import type { SimulationReport } from "../../result/simulation-schema.ts";
import type { BreakerChange } from "../../rollout/breaker.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { HeaderRoute } from "../../scenario/rollout-plan.ts";
import { type SimulationSettings, simulatedServices } from "../settings.ts";
import type { Autoscaling, ScalingData } from "./autoscaling.ts";
import { autoscalings, withRoom } from "./autoscalings.ts";
import { Balancer } from "./balancer.ts";
import { ClientSide } from "./client-side.ts";
import { EventHeap } from "./event-heap.ts";
import { kind, rare } from "./event-kind.ts";
import { EventLog } from "./event-log.ts";
import { Mirror } from "./mirror.ts";
import { isProtected, Protection } from "./protection.ts";
import { RequestSource, type VersionIndex } from "./request-source.ts";
import { flag, RequestTable } from "./request-table.ts";
import { RetryDesk, retryColumns } from "./retry-desk.ts";
import { ServerSide } from "./server-side.ts";
import { SplitterSide } from "./splitter-side.ts";
import { CellFinder, type Ending, emptyTally, type Tally } from "./tally.ts";
import { type EndedSink, TallyWriter } from "./tally-writer.ts";
import { type Levels, TimeAverages } from "./time-averages.ts";
import { Trouble } from "./trouble.ts";
import { freshState, type VersionState } from "./version-states.ts";

/** What one replication brings home, as plain data. */
export type ReplicationData = {
  readonly tally: Tally;
  readonly levels: Levels;
  /** By column of `mirrorColumn`. */
  readonly mirror: Float64Array;
  /** CPU time of the services, and queries of the database, by version, warm-up included. */
  readonly cpuMs: Float64Array;
  readonly queries: Float64Array;
  /** By version and column of `retryColumn`. */
  readonly retries: Float64Array;
  /** By version; undefined where the number of servers stays. */
  readonly scaling: readonly (ScalingData | undefined)[];
  readonly engine: SimulationReport["engine"];
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
  /** Who asks for what: the plan's own seed, where the requests of a real run are to be met again. */
  readonly trafficSeed?: number;
  /** Follows what ends, window by window, and sets the split. */
  readonly ramp?: RampWatch;
  /** Times at which requests come due; nothing for a closed load. */
  readonly arrivals: Iterator<number>;
};

/** A ramp that watches its own replication. */
export interface RampWatch extends EndedSink {
  /** When the window under way is over, ms. */
  readonly nextMs: number;
  /** The end of a copy, for which no user waited. */
  copyEnded(how: Ending, timeMs: number): void;
  /** Ends the window. @param newOut - where the splitter sends new's requests to old, since when and why */
  close(newOut: Outage | undefined): RampSplit;
  /** The breaker of new opened or closed. */
  breaker(change: BreakerChange): RampSplit;
}

export type Outage = { readonly sinceMs: number; readonly cause: string };

/** The split from now on. */
export type RampSplit = {
  readonly newPerMillion: number;
  readonly headerRoute: HeaderRoute | undefined;
  /** undefined: what is copied is none of the ramp's matter. */
  readonly mirrorPerMillion: number | undefined;
};

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
  #events = 0;

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
      ended: input.ramp,
    });
    this.#averages = new TimeAverages(timeline.durationMs);
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
    const { plan, arrivals } = this.#input;
    const { durationMs, graceMs, warmUpMs } = plan.timeline;
    this.#clients.startThinking(-warmUpMs);
    this.#trouble.start();
    for (const scaling of this.#scaling) scaling?.start();
    const overflowMs = this.#loop(arrivals, durationMs + graceMs);
    this.#clients.finish(overflowMs ?? durationMs + graceMs);
    this.#averages.finish();
    return {
      tally: this.#writer.tally,
      levels: this.#averages.levels,
      mirror: this.#mirror?.counts ?? new Float64Array(6),
      cpuMs: this.#servers.cpuMs,
      queries: this.#servers.stores?.database.passed ?? new Float64Array(2),
      retries: this.#retries?.counts ?? new Float64Array(2 * retryColumns),
      scaling: this.#scaling.map((scaling) => scaling?.data()),
      engine: "event",
      events: this.#events,
      log: inOrder(this.#trouble.log, this.#log.entries),
      overflowMs,
    };
  }

  /**
   * Of events at one moment, those of the heap come first, then timers, then arrivals.
   *
   * @returns when it had to stop for want of room, if so
   */
  #loop(arrivals: Iterator<number>, endMs: number): number | undefined {
    const heap = this.#heap;
    const clients = this.#clients;
    const { timeouts, patience } = clients;
    const deadlines = this.#mirror?.deadlines;
    const { ramp } = this.#input;
    const hasMoreTimers = deadlines !== undefined || this.#retries !== undefined;
    let arrivalMs = nextOf(arrivals);
    for (;;) {
      const timerMs = hasMoreTimers
        ? Math.min(timeouts.nextMs, patience.nextMs, deadlines?.nextMs ?? Number.POSITIVE_INFINITY)
        : timeouts.nextMs;
      const nowMs = Math.min(heap.nextMs, timerMs, arrivalMs);
      if (ramp !== undefined) while (ramp.nextMs <= Math.min(nowMs, endMs)) this.#closeWindow(ramp);
      if (nowMs > endMs || nowMs === Number.POSITIVE_INFINITY) return undefined;
      if (heap.nextMs === nowMs) {
        this.#events++;
        this.#dispatch(heap.pop(), nowMs);
      } else if (timerMs === nowMs) {
        if (timeouts.nextMs === nowMs) clients.timeOut();
        else if (patience.nextMs === nowMs) clients.lose();
        else this.#splitter.giveUpCopy(nowMs);
      } else {
        this.#events++;
        clients.due(nobody, nowMs);
        arrivalMs = nextOf(arrivals);
      }
      if (this.#table.isFull) return nowMs;
    }
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

/** Who asks in an open load. */
const nobody = -1;

function nextOf(times: Iterator<number>): number {
  const { done, value } = times.next();
  return done === true ? Number.POSITIVE_INFINITY : value;
}
