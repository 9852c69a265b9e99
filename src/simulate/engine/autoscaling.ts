import { formatCount, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import { type AutoscalerState, startAutoscaler, stepAutoscaler } from "../../rollout/autoscaler.ts";
import type { AutoscalerPlan } from "../../scenario/autoscaler-plan.ts";
import { type Balancer, outFor, type ServerRange } from "./balancer.ts";
import type { EventHeap } from "./event-heap.ts";
import { rare, rareEvent } from "./event-kind.ts";
import type { EventLog } from "./event-log.ts";

/** Servers of one version from a moment on. */
export type ScalingStep = { readonly atMs: number; readonly wanted: number; readonly ready: number };

/** What the autoscaler of one version did in one replication. */
export type ScalingData = {
  /** Of servers that were ready, over the measured part. */
  readonly serverMs: number;
  readonly fewest: number;
  readonly most: number;
  readonly steps: readonly ScalingStep[];
};

/** The servers that were ready all the time since the last look, and how busy all were. */
type Seen = { readonly dueMs: number; readonly ready: number; readonly utilisation: number };

/** Most steps that are kept. */
const maxSteps = 1000;

export type AutoscalingOptions = {
  readonly plan: AutoscalerPlan;
  readonly version: 0 | 1;
  readonly replicas: number;
  readonly startMs: number;
  readonly endMs: number;
  /** What one server has of what is looked at: cores, or slots. */
  readonly unitsPerServer: number;
  readonly range: ServerRange;
  readonly balancer: Balancer;
  readonly heap: EventHeap;
  readonly log: EventLog;
  /** CPU time that the version has had so far, ms. */
  readonly cpuDoneMs: (nowMs: number) => number;
};

/**
 * The servers of one version as its load has them: looked at in steps, decided on by the rule of `rollout/autoscaler`,
 * ready after their lag. One that is taken away gets no more requests and ends with those it has.
 */
export class Autoscaling {
  readonly steps: ScalingStep[] = [];
  readonly #options: AutoscalingOptions;
  #state: AutoscalerState;
  #ready: number;
  /** When those that were started are ready, in order; bounded by the most servers. */
  readonly #starting: number[] = [];
  /** What was seen and not yet decided on, in order; bounded by the metric's lag. */
  readonly #seen: Seen[] = [];
  /** Integrals up to the last change: requests under way, ready servers; the latter also over the measured part. */
  #load = 0;
  #changedMs: number;
  #loadMs = 0;
  #readyMs = 0;
  #measuredMs = 0;
  #last = { loadMs: 0, readyMs: 0, cpuMs: 0, ready: 0 };
  #fewest = Number.POSITIVE_INFINITY;
  #most = 0;

  constructor(options: AutoscalingOptions) {
    const { plan, replicas, startMs, range, balancer } = options;
    this.#options = options;
    this.#ready = Math.max(plan.minReplicas, replicas);
    this.#state = startAutoscaler(this.#ready, startMs);
    this.#changedMs = startMs;
    this.#last.ready = this.#ready;
    for (let place = this.#ready; place < range.count; place++) {
      balancer.setOut(range.first + place, outFor.notStarted, true);
    }
  }

  start(): void {
    const { startMs, plan } = this.#options;
    this.#keep(startMs);
    this.#lookAt(startMs + plan.intervalMs);
  }

  /** So many requests more are under way. */
  changeLoad(nowMs: number, by: number): void {
    this.#advance(nowMs);
    this.#load += by;
  }

  /** Notes how busy the servers were since the last look. */
  look(nowMs: number): void {
    const { plan, heap, version } = this.#options;
    this.#advance(nowMs);
    const ready = Math.min(this.#last.ready, this.#ready);
    this.#seen.push({ dueMs: nowMs + plan.metricLagMs, ready, utilisation: this.#utilisation(nowMs) });
    heap.push(nowMs + plan.metricLagMs, rareEvent(version, rare.scale));
    this.#lookAt(nowMs + plan.intervalMs);
  }

  /** What was seen is old enough to be known, or a server is ready. */
  scale(nowMs: number): void {
    this.#advance(nowMs);
    const first = this.#seen[0];
    if (first !== undefined && first.dueMs <= nowMs) {
      this.#seen.shift();
      this.#decide(nowMs, first);
    }
    while ((this.#starting[0] ?? Number.POSITIVE_INFINITY) <= nowMs) {
      this.#starting.shift();
      this.#setReady(this.#ready + 1);
      this.#keep(nowMs);
    }
  }

  data(): ScalingData {
    this.#advance(this.#options.endMs);
    return { serverMs: this.#measuredMs, fewest: this.#fewest, most: this.#most, steps: this.steps };
  }

  #decide(nowMs: number, { ready, utilisation }: Seen): void {
    const { plan, version, log } = this.#options;
    const before = this.#state.wanted;
    this.#state = stepAutoscaler(plan, this.#state, { atMs: nowMs, ready, utilisation });
    const { wanted } = this.#state;
    if (wanted === before) return;
    if (wanted > before) this.#begin(wanted - before, nowMs + plan.startUpLagMs);
    else this.#end(before - wanted);
    const seen = `${plan.metric} at ${formatShare(Number(utilisation.toPrecision(3)))} of a target of ${formatShare(plan.targetUtilisation)}`;
    const message = `${formatCount(before)} → ${formatCount(wanted)} servers: ${seen}`;
    log.note({ atMs: nowMs, kind: "scaled", version: versions[version], message });
    this.#keep(nowMs);
  }

  #begin(servers: number, readyMs: number): void {
    const { heap, version } = this.#options;
    for (let server = 0; server < servers; server++) this.#starting.push(readyMs);
    heap.push(readyMs, rareEvent(version, rare.scale));
  }

  /** Those that are still starting go first, the last one first of all. */
  #end(servers: number): void {
    const unstarted = Math.min(servers, this.#starting.length);
    this.#starting.length -= unstarted;
    if (servers > unstarted) this.#setReady(this.#ready - (servers - unstarted));
  }

  /** The first ones of the range are those that run. */
  #setReady(ready: number): void {
    const { range, balancer } = this.#options;
    for (let place = Math.min(ready, this.#ready); place < Math.max(ready, this.#ready); place++) {
      balancer.setOut(range.first + place, outFor.notStarted, place >= ready);
    }
    this.#ready = ready;
  }

  /** The mean since the last look, as a share; cores can't be more than busy. */
  #utilisation(nowMs: number): number {
    const { plan, cpuDoneMs, unitsPerServer } = this.#options;
    const now = { loadMs: this.#loadMs, readyMs: this.#readyMs, cpuMs: cpuDoneMs(nowMs), ready: this.#ready };
    const { loadMs, readyMs, cpuMs: usedMs } = this.#last;
    this.#last = now;
    const roomMs = (now.readyMs - readyMs) * unitsPerServer;
    return plan.metric === "cpu"
      ? Math.min(1, (now.cpuMs - usedMs) / roomMs)
      : (now.loadMs - loadMs) / roomMs;
  }

  #advance(nowMs: number): void {
    const { endMs } = this.#options;
    const passedMs = nowMs - this.#changedMs;
    if (passedMs <= 0) return;
    this.#loadMs += passedMs * this.#load;
    this.#readyMs += passedMs * this.#ready;
    const measuredMs = Math.min(nowMs, endMs) - Math.max(0, this.#changedMs);
    if (measuredMs > 0) {
      this.#measuredMs += measuredMs * this.#ready;
      this.#fewest = Math.min(this.#fewest, this.#ready);
      this.#most = Math.max(this.#most, this.#ready);
    }
    this.#changedMs = nowMs;
  }

  #lookAt(atMs: number): void {
    const { endMs, heap, version } = this.#options;
    if (atMs <= endMs) heap.push(atMs, rareEvent(version, rare.look));
  }

  #keep(atMs: number): void {
    if (this.steps.at(-1)?.atMs === atMs) this.steps.pop();
    if (this.steps.length < maxSteps) {
      this.steps.push({ atMs, wanted: this.#state.wanted, ready: this.#ready });
    }
  }
}
