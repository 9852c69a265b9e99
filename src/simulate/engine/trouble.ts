import { versions } from "../../base/version.ts";
import type { RunEvent } from "../../result/schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan } from "../../scenario/service-plan.ts";
import { simulatedFaults } from "../settings.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import type { ServerSide } from "./server-side.ts";
import type { SplitterSide } from "./splitter-side.ts";
import { errorClass } from "./tally.ts";
import {
  type FaultTurn,
  faultTurns,
  noteCheck,
  noteRefusal,
  turnNumbers,
  type VersionState,
} from "./version-states.ts";

/** Most entries of the log; more are not kept. */
const maxLog = 1000;

export type TroubleOptions = {
  readonly plan: RunPlan;
  readonly services: readonly [MockPlan, MockPlan];
  readonly states: readonly [VersionState, VersionState];
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly servers: ServerSide;
  readonly splitter: SplitterSide;
};

/** Faults on time, and the health checks by which the splitter finds out. */
export class Trouble {
  readonly log: RunEvent[] = [];
  readonly #options: TroubleOptions;
  readonly #turns: readonly FaultTurn[];

  constructor(options: TroubleOptions) {
    this.#options = options;
    this.#turns = faultTurns(simulatedFaults(options.plan));
  }

  /** Checks that can't fail are left out. */
  start(): void {
    const { plan, heap } = this.#options;
    for (const [index, turn] of this.#turns.entries()) heap.push(turn.atMs, index * 8 + kind.turn);
    if (!this.#turns.some(({ fault }) => fault.kind === "crash" || fault.kind === "hang")) return;
    for (const version of [0, 1]) heap.push(-plan.timeline.warmUpMs, version * 8 + kind.check);
  }

  /** A fault begins or ends. */
  turn(index: number, nowMs: number): void {
    const turn = this.#turns[index] as FaultTurn;
    const { fault, begins } = turn;
    const version = versions.indexOf(fault.service) as VersionIndex;
    const state = this.#options.states[version];
    turnNumbers(state, turn, this.#options.services[version].errorShare);
    this.#note(nowMs, "fault", version, `${fault.kind} ${begins ? "begins" : "ends"}`);
    if (fault.kind === "hang") {
      state.hungUntilMs = begins ? nowMs + (fault.forMs ?? Number.POSITIVE_INFINITY) : nowMs;
    } else if (fault.kind === "crash") {
      state.isUp = !begins;
      if (begins) this.#crash(version, nowMs);
      else state.startedMs = nowMs;
    }
  }

  /** A check asks (subject: the version), or learns after its own timeout that there is no answer (version + 2). */
  check(subject: number, nowMs: number): void {
    const { plan, states, heap } = this.#options;
    const version = (subject & 1) as VersionIndex;
    const { health } = plan.services[versions[version]];
    const state = states[version];
    const hangs = state.isUp && state.hungUntilMs > nowMs;
    if (hangs && subject < 2) {
      heap.push(nowMs + health.timeoutMs, (version + 2) * 8 + kind.check);
      return;
    }
    if (noteCheck(state, state.isUp && !hangs, health)) {
      this.#noteHealth(version, nowMs);
      if (state.isOut) this.#moveAll(version, nowMs);
    }
    heap.push(nowMs + health.intervalMs, version * 8 + kind.check);
  }

  /** A request found the version down. */
  refused(version: VersionIndex, nowMs: number): void {
    if (noteRefusal(this.#options.states[version])) this.#noteHealth(version, nowMs);
  }

  /** Every connection to the version breaks: what its processes had under way gets 502, as from the splitter. */
  #crash(version: VersionIndex, nowMs: number): void {
    const { table, servers, splitter } = this.#options;
    servers.reset(version);
    for (const handle of this.#thoseAt(version)) {
      const at = table.phase[handle] as number;
      if (at !== phase.held) servers.lost(version, nowMs, at !== phase.queued);
      table.error[handle] = errorClass.status502;
      table.startedMs[handle] = Number.NaN;
      if (((table.flags[handle] as number) & flag.awaited) !== 0) splitter.close(handle, nowMs);
      const hasEvent = at === phase.held || at === phase.working;
      if (hasEvent) table.flags[handle] = (table.flags[handle] as number) | flag.dead;
      else table.free(handle);
    }
  }

  /** A version that hangs is held to be down: what waits for it is asked of the other. */
  #moveAll(version: VersionIndex, nowMs: number): void {
    for (const handle of this.#thoseAt(version)) this.#options.splitter.moveIfPossible(handle, nowMs);
  }

  /** The requests that the servers of a version have at this moment. */
  #thoseAt(version: VersionIndex): readonly number[] {
    const { table } = this.#options;
    const handles: number[] = [];
    for (let handle = 0; handle < table.highWater; handle++) {
      const at = table.phase[handle] as number;
      const isAlive = ((table.flags[handle] as number) & flag.dead) === 0;
      if (table.version[handle] === version && at >= phase.held && at <= phase.working && isAlive) {
        handles.push(handle);
      }
    }
    return handles;
  }

  #noteHealth(version: VersionIndex, nowMs: number): void {
    const { isOut } = this.#options.states[version];
    const message = isOut ? "its traffic goes to the other version" : "it gets its traffic again";
    this.#note(nowMs, isOut ? "unhealthy" : "healthy", version, message);
  }

  #note(atMs: number, what: string, version: VersionIndex, message: string): void {
    if (this.log.length < maxLog) this.log.push({ atMs, kind: what, version: versions[version], message });
  }
}
