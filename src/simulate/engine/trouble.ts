import { invariant } from "../../base/invariant.ts";
import { versions } from "../../base/version.ts";
import type { RunEvent } from "../../result/schema.ts";
import type { FaultPlan } from "../../scenario/fault-plan.ts";
import { beginSentence, endSentence } from "../../scenario/fault-sentences.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan } from "../../scenario/service-plan.ts";
import { hitsReplica } from "../faults.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import { HealthChecks } from "./health-checks.ts";
import type { Outage } from "./ramp-watch.ts";
import type { RequestSource, VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import type { ServerSide } from "./server-side.ts";
import { troubleOf } from "./server-trouble.ts";
import type { SplitterSide } from "./splitter-side.ts";
import { cacheTroubleOf, databaseTroubleOf } from "./store-trouble.ts";
import { errorClass } from "./tally.ts";
import { type FaultTurn, faultTurns, type VersionState } from "./version-states.ts";

/** Most entries of the log; more are not kept. */
const maxLog = 1000;
/** Between two thefts of CPU, as a mock makes them. */
const theftEveryMs = 10;
/** From being told, the splitter needs a moment to send a version nothing more; as in a real run. */
const takenOutMs = 100;
/** How often a version that is being restarted is asked whether it has finished what it had. */
const drainStepMs = 10;

export type TroubleOptions = {
  readonly plan: RunPlan;
  readonly services: readonly [MockPlan, MockPlan];
  readonly states: readonly [VersionState, VersionState];
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly source: RequestSource;
  readonly servers: ServerSide;
  readonly splitter: SplitterSide;
};

/** Faults on time, and what the splitter's health checks make of them. */
export class Trouble {
  readonly log: RunEvent[] = [];
  readonly health: HealthChecks;
  readonly #options: TroubleOptions;
  readonly #turns: readonly FaultTurn[];
  /** In the order in which they began. */
  #active: readonly FaultPlan[] = [];
  /** By server, when its CPU was last taken; infinite while nobody takes it. */
  readonly #stolenMs: Float64Array;
  readonly #outages: (Outage | undefined)[] = [undefined, undefined];

  constructor(options: TroubleOptions) {
    const { plan, states, heap, servers } = options;
    this.#options = options;
    this.#turns = faultTurns(plan.faults);
    this.#stolenMs = new Float64Array(serverCount(servers)).fill(Number.POSITIVE_INFINITY);
    this.health = new HealthChecks({
      plan,
      states,
      heap,
      servers,
      turned: (version, nowMs) => this.#healthTurned(version, nowMs),
    });
  }

  /** Checks that can't fail are left out. */
  start(): void {
    const { plan, heap } = this.#options;
    for (const [index, turn] of this.#turns.entries()) heap.push(turn.atMs, index * 8 + kind.turn);
    if (plan.faults.some(({ kind }) => checkedKinds.has(kind))) this.health.start();
  }

  /** A fault begins or ends; or, with a number beyond them, CPU is taken or a version is drained. */
  turn(index: number, nowMs: number): void {
    const turn = this.#turns[index];
    if (turn === undefined) {
      this.#again(index - this.#turns.length, nowMs);
      return;
    }
    const { fault, begins } = turn;
    this.#active = begins ? [...this.#active, fault] : this.#active.filter((other) => other !== fault);
    this.#noteFault(turn, nowMs);
    switch (fault.service) {
      case "old":
      case "new":
        this.#turnVersion(turn, versions.indexOf(fault.service) as VersionIndex, nowMs);
        return;
      case "splitter":
        this.#turnSplitter(turn, nowMs);
        return;
      case "database":
        this.#turnDatabase(turn, nowMs);
        return;
      case "cache":
        this.#options.source.cacheTrouble = cacheTroubleOf(this.#active);
        return;
      case "driver":
        invariant(false, "a driver's fault was refused");
    }
  }

  /** Since when and why the splitter sends a version's requests to the other; undefined where it doesn't. */
  outageOf(version: VersionIndex): Outage | undefined {
    return this.#options.states[version].isOut ? this.#outages[version] : undefined;
  }

  #turnVersion({ fault, begins }: FaultTurn, version: VersionIndex, nowMs: number): void {
    const state = this.#options.states[version];
    switch (fault.kind) {
      case "hang":
        state.hungUntilMs = begins ? nowMs + (fault.forMs ?? Number.POSITIVE_INFINITY) : nowMs;
        return;
      case "crash":
        state.isUp = !begins;
        if (begins) this.#crash(version, nowMs);
        else this.#started(version, nowMs);
        return;
      case "cold-start":
        if (!begins) return;
        this.#crash(version, nowMs);
        this.#started(version, nowMs);
        state.coldStart = { factor: fault.factor, forMs: fault.forMs ?? Number.POSITIVE_INFINITY };
        return;
      case "restart":
        this.health.setRetired(version, true);
        this.#push(serverCount(this.#options.servers) + version, nowMs + takenOutMs);
        return;
      default:
        this.#tell(version, nowMs);
    }
  }

  /** The servers of a version are told of all their trouble at this moment, in one. */
  #tell(version: VersionIndex, nowMs: number): void {
    const { servers, services } = this.#options;
    const { first, count } = servers.ranges[version];
    const own = this.#active.filter(({ service }) => service === versions[version]);
    for (let replica = 0; replica < count; replica++) {
      const trouble = troubleOf(
        services[version],
        own.filter((fault) => hitsReplica(fault, replica)),
      );
      const server = first + replica;
      servers.setTrouble(server, trouble, nowMs);
      if (trouble.theftShare === 0 || this.#stolenMs[server] !== Number.POSITIVE_INFINITY) continue;
      this.#stolenMs[server] = nowMs;
      this.#push(server, nowMs + theftEveryMs);
    }
  }

  #turnSplitter({ fault, begins }: FaultTurn, nowMs: number): void {
    const { splitter } = this.#options;
    if (fault.kind === "hang" && begins) splitter.hang(nowMs + (fault.forMs ?? 0));
    if (fault.kind !== "crash") return;
    splitter.isUp = !begins;
    if (begins) this.#breakSplitter(nowMs);
  }

  #turnDatabase({ fault, begins }: FaultTurn, nowMs: number): void {
    const { stores } = this.#options.servers;
    const forMs = fault.forMs ?? Number.POSITIVE_INFINITY;
    if (fault.kind === "hang") stores?.hang(begins ? nowMs + forMs : nowMs);
    if (fault.kind === "crash" && begins) stores?.crash(nowMs, forMs);
    stores?.disturb(databaseTroubleOf(this.#active));
  }

  /** What comes back again and again: a server's CPU is taken, or a version may have finished what it had. */
  #again(subject: number, nowMs: number): void {
    const { servers } = this.#options;
    const count = serverCount(servers);
    if (subject >= count) {
      this.#drain((subject - count) as VersionIndex, nowMs);
      return;
    }
    const untilMs = servers.steal(subject, nowMs, this.#stolenMs[subject] as number);
    this.#stolenMs[subject] = untilMs === undefined ? Number.POSITIVE_INFINITY : nowMs;
    if (untilMs !== undefined) this.#push(subject, untilMs + theftEveryMs);
  }

  /** A version that has nothing under way is started again at once, and gets its traffic again. */
  #drain(version: VersionIndex, nowMs: number): void {
    if (!this.#options.servers.isIdle(version)) {
      this.#push(serverCount(this.#options.servers) + version, nowMs + drainStepMs);
      return;
    }
    this.#started(version, nowMs);
    this.health.setRetired(version, false);
    this.#note(nowMs, "restart", `${versions[version]} serves again`, versions[version]);
  }

  #push(subject: number, atMs: number): void {
    this.#options.heap.push(atMs, (this.#turns.length + subject) * 8 + kind.turn);
  }

  #started(version: VersionIndex, nowMs: number): void {
    const state = this.#options.states[version];
    state.startedMs = nowMs;
    state.coldStart = this.#options.services[version].coldStart;
  }

  /** Every connection to the version breaks: what its processes had under way gets 502, as from the splitter. */
  #crash(version: VersionIndex, nowMs: number): void {
    const { table, servers, splitter } = this.#options;
    servers.reset(version);
    for (const handle of this.#thoseAt(version)) {
      const at = table.phase[handle] as number;
      if (at !== phase.held && at !== phase.leaving) servers.lost(version, nowMs, at !== phase.queued);
      table.error[handle] = errorClass.status502;
      table.startedMs[handle] = Number.NaN;
      if (((table.flags[handle] as number) & flag.awaited) !== 0) splitter.broke(handle, nowMs);
      if (eventlessPhases.has(at)) table.free(handle);
      else table.flags[handle] = (table.flags[handle] as number) | flag.dead;
    }
  }

  /** Every connection to the splitter breaks. What the services have of those requests, they go on with for nobody. */
  #breakSplitter(nowMs: number): void {
    const { table, splitter } = this.#options;
    const end = table.highWater;
    for (let handle = 0; handle < end; handle++) {
      const isAwaited = ((table.flags[handle] as number) & flag.awaited) !== 0;
      const at = table.phase[handle] as number;
      if (!isAwaited || at < phase.sending || at === phase.pausing) continue;
      table.error[handle] = errorClass.reset;
      table.startedMs[handle] = Number.NaN;
      splitter.close(handle, nowMs);
    }
  }

  #healthTurned(version: VersionIndex, nowMs: number): void {
    const { isOut } = this.#options.states[version];
    const message = isOut ? "its traffic goes to the other version" : "it gets its traffic again";
    this.#note(nowMs, isOut ? "unhealthy" : "healthy", message, versions[version]);
    if (!isOut) return;
    this.#outages[version] = { sinceMs: nowMs, cause: "its health checks failed or it refused connections" };
    for (const handle of this.#thoseAt(version)) this.#options.splitter.moveIfPossible(handle, nowMs);
  }

  /** The requests that the servers of a version have at this moment. */
  #thoseAt(version: VersionIndex): readonly number[] {
    const { table } = this.#options;
    const handles: number[] = [];
    for (let handle = 0; handle < table.highWater; handle++) {
      const at = table.phase[handle] as number;
      const isAlive = ((table.flags[handle] as number) & flag.dead) === 0;
      if (table.version[handle] === version && at >= phase.held && at <= phase.leaving && isAlive) {
        handles.push(handle);
      }
    }
    return handles;
  }

  /** A restart in order is no fault, and nobody has to notice it. */
  #noteFault({ fault, begins }: FaultTurn, nowMs: number): void {
    const { service } = fault;
    const message = begins ? beginSentence(fault, undefined) : endSentence(fault, undefined);
    const version = service === "old" || service === "new" ? service : undefined;
    this.#note(nowMs, fault.kind === "restart" ? "restart" : "fault", message, version);
  }

  #note(atMs: number, what: string, message: string, version: RunEvent["version"]): void {
    if (this.log.length >= maxLog) return;
    this.log.push({ atMs, kind: what, ...(version !== undefined && { version }), message });
  }
}

/** Faults that a health check may notice. */
const checkedKinds: ReadonlySet<FaultPlan["kind"]> = new Set([
  "crash",
  "hang",
  "cold-start",
  "restart",
  "connection-resets",
  "latency",
]);

/** Requests in lines have no event pending; all others at a server have one. */
const eventlessPhases: ReadonlySet<number> = new Set([phase.queued, phase.burning, phase.pooling]);

function serverCount({ ranges }: ServerSide): number {
  return ranges[0].count + ranges[1].count;
}
