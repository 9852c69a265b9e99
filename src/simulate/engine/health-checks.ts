import { versions } from "../../base/version.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { VersionIndex } from "./request-source.ts";
import type { ServerSide } from "./server-side.ts";
import { noteCheck, noteRefusal, type VersionState } from "./version-states.ts";

export type HealthOptions = {
  readonly plan: RunPlan;
  readonly states: readonly [VersionState, VersionState];
  readonly heap: EventHeap;
  readonly servers: ServerSide;
  /** Told of every version that goes out or comes back. */
  readonly turned: (version: VersionIndex, nowMs: number) => void;
};

/** The health checks by which the splitter finds out what befalls a version. */
export class HealthChecks {
  readonly #options: HealthOptions;
  /** Versions that are being restarted in order: the splitter was told, and asks nobody. */
  readonly #isRetired = [false, false];

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  start(): void {
    const { plan, heap } = this.#options;
    for (const version of [0, 1]) heap.push(-plan.timeline.warmUpMs, version * 8 + kind.check);
  }

  /** A check asks (subject: the version), or learns after its own timeout that there is no answer (version + 2). */
  check(subject: number, nowMs: number): void {
    const { plan, heap, states, turned } = this.#options;
    const version = (subject & 1) as VersionIndex;
    const { health } = plan.services[versions[version]];
    const state = states[version];
    if (subject < 2 && this.#isSilent(version, nowMs)) {
      heap.push(nowMs + health.timeoutMs, (version + 2) * 8 + kind.check);
      return;
    }
    const passed = state.isUp && !this.#isSilent(version, nowMs) && this.#saysYes(version, nowMs);
    if (!this.#isRetired[version] && noteCheck(state, passed, health)) turned(version, nowMs);
    heap.push(nowMs + health.intervalMs, version * 8 + kind.check);
  }

  /** A request found the version down. */
  refused(version: VersionIndex, nowMs: number): void {
    if (noteRefusal(this.#options.states[version])) this.#options.turned(version, nowMs);
  }

  /** The splitter is told to send a version nothing more, or to use it again. */
  setRetired(version: VersionIndex, isRetired: boolean): void {
    this.#isRetired[version] = isRetired;
    this.#options.states[version].isOut = isRetired;
  }

  /** Whether the answer to a check comes too late, if at all. */
  #isSilent(version: VersionIndex, nowMs: number): boolean {
    const { plan, states, servers } = this.#options;
    const { isUp, hungUntilMs } = states[version];
    if (!isUp) return false;
    const delayMs = servers.networkOf(version)?.delayMs ?? 0;
    return hungUntilMs > nowMs || delayMs > plan.services[versions[version]].health.timeoutMs;
  }

  /** A service that can't reach its database says so, and any answer's connection may be reset. */
  #saysYes(version: VersionIndex, nowMs: number): boolean {
    const { servers } = this.#options;
    const network = servers.networkOf(version);
    const isReset = network !== undefined && servers.drawReset(network);
    return !isReset && (servers.stores?.isReachable(nowMs) ?? true);
  }
}
