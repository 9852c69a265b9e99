import { assertNever, invariant } from "../base/invariant.ts";
import { type Version, versions } from "../base/version.ts";
import type { StagePlan } from "../scenario/plan.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { EndRecorder } from "./end-moments.ts";
import type { Observation, Outcome } from "./observation.ts";
import { beginStages } from "./stages.ts";
import {
  type ArmDelta,
  type CellDelta,
  type EndpointDelta,
  type OutcomeClass,
  type OutcomeCounts,
  type PartDelta,
  type PartName,
  type WindowDelta,
  zeroCounts,
} from "./window.ts";

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type Counts = Mutable<OutcomeCounts>;

/** Most error classes kept apart in one arm of one second; more are counted as `other`. */
const maxErrorClasses = 32;

/** Stages of one run: those of the plan and those that a ramp begins. */
const maxStages = 1024;
/** Most endpoints and endings of a window kept apart; from there on an endpoint's requests all end as `other`. */
const maxEndpointEndings = 4096;

/**
 * Collects the observations of one driver and gives them out in windows. Memory is bounded by the seconds and
 * endpoints that had requests since the last window, never by the number of requests.
 */
export class WindowRecorder {
  #stages: readonly StagePlan[];
  readonly #originMs: number;
  readonly #driver: number;
  #cells = new Map<string, Cell>();
  #parts = new Map<number, Parts>();
  #endpoints = new Map<number | string, Endpoint>();
  /** Emptied histograms for use again: at high rates, allocation would cost more than recording. */
  readonly #spare: DurationHistogram[] = [];
  #lastCell: Cell | undefined;
  readonly #ends: EndRecorder;

  /**
   * @param originMs - the moment, on the axis of the observations, at which the measured part starts
   */
  constructor(options: {
    readonly stages: readonly StagePlan[];
    readonly originMs: number;
    readonly driver: number;
  }) {
    this.#stages = options.stages;
    this.#originMs = options.originMs;
    this.#ends = new EndRecorder(options.originMs);
    this.#driver = options.driver;
  }

  /** Ends the stage under way and begins others; requests are booked in the stage in which they were due. */
  beginStages(stages: readonly StagePlan[]): void {
    this.#stages = beginStages(this.#stages, stages);
    this.#lastCell = undefined;
    invariant(this.#stages.length <= maxStages, "a run has fewer stages than the recorder keeps apart");
  }

  /** Counts a request that has come due; its end is told by `record`. */
  due(scheduledMs: number): void {
    this.#cellAt(scheduledMs - this.#originMs).due++;
  }

  record(observation: Observation): void {
    const cell = this.#cellAt(observation.scheduledMs - this.#originMs);
    const arm = this.#armOf(cell, observation.version);
    countObservation(arm.counts, observation);
    this.#ends.record(observation);
    if (observation.outcome === "not-sent") {
      countError(arm.errors, observation.errorClass);
      this.#recordEndpoint(cell.stage, observation, Number.NaN);
      return;
    }
    const responseTimeMs = observation.completedMs - observation.scheduledMs;
    const outcome = outcomeClass(observation.outcome);
    arm.histograms[outcome] ??= this.#histogram();
    arm.histograms[outcome].record(responseTimeMs);
    if (observation.errorClass !== "") countError(arm.errors, observation.errorClass);
    this.#recordParts(cell.stage, observation);
    this.#recordEndpoint(cell.stage, observation, responseTimeMs);
  }

  /** Everything since the last call, and forgets it. */
  take(atMs: number): WindowDelta {
    const steps = this.takeInSteps(atMs);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /**
   * The same, encoding some 0.2 ms worth of histograms per step, so that whoever paces requests can do so in
   * between. What is recorded after the first step belongs to the next window.
   */
  *takeInSteps(atMs: number): Generator<void, WindowDelta> {
    const cells = [...this.#cells.values()];
    const parts = [...this.#parts.values()];
    const endpoints = [...this.#endpoints.values()];
    const ends = this.#ends.take();
    this.#cells = new Map();
    this.#parts = new Map();
    this.#endpoints = new Map();
    this.#lastCell = undefined;
    const cellDeltas: CellDelta[] = [];
    const partDeltas: PartDelta[] = [];
    const endpointDeltas: EndpointDelta[] = [];
    for (const cell of cells) cellDeltas.push(yield* this.#cellDelta(cell));
    for (const part of parts) partDeltas.push(yield* this.#partDelta(part));
    for (const endpoint of endpoints) endpointDeltas.push(yield* this.#endpointDelta(endpoint));
    return {
      driver: this.#driver,
      atMs: atMs - this.#originMs,
      cells: cellDeltas,
      parts: partDeltas,
      endpoints: endpointDeltas,
      ends,
    };
  }

  #cellAt(planMs: number): Cell {
    const second = Math.floor(planMs / 1000);
    const last = this.#lastCell;
    if (last !== undefined && last.second === second && isWithin(this.#stages[last.stage], planMs))
      return last;
    const stage = this.#stageAt(planMs);
    const key = `${stage}/${second}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = { stage, second, due: 0, arms: {} };
      this.#cells.set(key, cell);
    }
    this.#lastCell = cell;
    return cell;
  }

  #stageAt(planMs: number): number {
    const found = this.#stages.findIndex((stage) => planMs < stage.endMs);
    return found === -1 ? this.#stages.length - 1 : found;
  }

  #armOf(cell: Cell, version: Version): Arm {
    cell.arms[version] ??= { counts: { ...zeroCounts }, errors: {}, histograms: {} };
    return cell.arms[version];
  }

  #recordParts(stage: number, observation: Observation): void {
    const { scheduledMs, seenMs, sentMs, completedMs } = observation;
    const key = stage * 2 + versionDigit(observation.version);
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = { stage, version: observation.version, histograms: {} };
      this.#parts.set(key, parts);
    }
    this.#recordPart(parts, "pacerLag", seenMs - scheduledMs);
    this.#recordPart(parts, "slotWait", sentMs - seenMs);
    if (observation.outcome !== "ok" && observation.outcome !== "http-error") return;
    const { splitterMs, serverQueueMs, serviceMs } = observation;
    const roundTripMs = completedMs - sentMs;
    this.#recordPart(parts, "roundTrip", roundTripMs);
    this.#recordPart(parts, "splitter", splitterMs);
    this.#recordPart(parts, "serverQueue", serverQueueMs);
    this.#recordPart(parts, "service", serviceMs);
    this.#recordPart(parts, "network", Math.max(0, roundTripMs - splitterMs - serverQueueMs - serviceMs));
  }

  #recordPart(parts: Parts, name: PartName, ms: number): void {
    if (Number.isNaN(ms)) return;
    parts.histograms[name] ??= this.#histogram();
    parts.histograms[name].record(ms);
  }

  #recordEndpoint(stage: number, observation: Observation, responseTimeMs: number): void {
    const { version, endpoint: index, status } = observation;
    const arm = (index * maxStages + stage) * 2 + versionDigit(version);
    const isApart = this.#endpoints.size < maxEndpointEndings;
    const ending = isApart ? endingOf(observation) : "other";
    // Most requests are answered, and a number is found faster than a text.
    const key = isApart && isAnswered(observation) ? arm * 1000 + status : `${arm}/${ending}`;
    let endpoint = this.#endpoints.get(key);
    if (endpoint === undefined) {
      const counts = { ...zeroCounts };
      endpoint = { stage, version, endpoint: index, ending, counts, durationsMs: [] };
      this.#endpoints.set(key, endpoint);
    }
    countObservation(endpoint.counts, observation);
    if (!Number.isNaN(responseTimeMs)) endpoint.durationsMs.push(responseTimeMs);
  }

  *#cellDelta(cell: Cell): Generator<void, CellDelta> {
    const arms: { [version in Version]?: ArmDelta } = {};
    for (const version of versions) {
      const arm = cell.arms[version];
      if (arm === undefined) continue;
      arms[version] = {
        counts: arm.counts,
        errors: arm.errors,
        histograms: yield* this.#encodeAll<OutcomeClass>(arm.histograms),
      };
    }
    return { stage: cell.stage, second: cell.second, due: cell.due, arms };
  }

  *#partDelta({ stage, version, histograms }: Parts): Generator<void, PartDelta> {
    return { stage, version, histograms: yield* this.#encodeAll<PartName>(histograms) };
  }

  *#endpointDelta({ durationsMs, ...endpoint }: Endpoint): Generator<void, EndpointDelta> {
    const histogram = this.#histogram();
    for (const [index, durationMs] of durationsMs.entries()) {
      histogram.record(durationMs);
      if (index % durationsPerStep === durationsPerStep - 1) yield;
    }
    const encoded = this.#encode(histogram);
    yield;
    return { ...endpoint, histogram: encoded };
  }

  *#encodeAll<Name extends string>(
    histograms: { [name in Name]?: DurationHistogram },
  ): Generator<void, { [name in Name]?: string }> {
    const encoded: { [name in Name]?: string } = {};
    for (const name of Object.keys(histograms) as Name[]) {
      const histogram = histograms[name];
      const text = histogram && this.#encode(histogram);
      if (text !== undefined) encoded[name] = text;
      yield;
    }
    return encoded;
  }

  #encode(histogram: DurationHistogram): string | undefined {
    const text = histogram.count === 0 ? undefined : histogram.encode();
    histogram.reset();
    if (this.#spare.length < maxSpare) this.#spare.push(histogram);
    return text;
  }

  #histogram(): DurationHistogram {
    return this.#spare.pop() ?? new DurationHistogram();
  }
}

const maxSpare = 64;

/** Durations put into a histogram between two chances to pace requests, some 0.1 ms. */
const durationsPerStep = 2000;

type Arm = {
  readonly counts: Counts;
  readonly errors: Record<string, number>;
  readonly histograms: { [outcome in OutcomeClass]?: DurationHistogram };
};

type Cell = {
  readonly stage: number;
  readonly second: number;
  due: number;
  readonly arms: { [version in Version]?: Arm };
};

type Parts = {
  readonly stage: number;
  readonly version: Version;
  readonly histograms: { [part in PartName]?: DurationHistogram };
};

type Endpoint = {
  readonly stage: number;
  readonly version: Version;
  readonly endpoint: number;
  readonly ending: string;
  readonly counts: Counts;
  /**
   * Of the requests since the last window. A scenario may have a thousand endpoints, and a histogram of its own for
   * each would be larger than the few durations that one endpoint has in a second.
   */
  readonly durationsMs: number[];
};

function versionDigit(version: Version): 0 | 1 {
  return version === "old" ? 0 : 1;
}

function isWithin(stage: StagePlan | undefined, planMs: number): boolean {
  return stage !== undefined && planMs >= stage.startMs && planMs < stage.endMs;
}

/** Adds one observation to a ledger. */
export function countObservation(counts: Counts, { outcome, rerouted }: Observation): void {
  counts.scheduled++;
  if (rerouted) counts.rerouted++;
  switch (outcome) {
    case "ok":
      counts.completed++;
      return;
    case "http-error":
    case "connection-error":
      counts.failed++;
      return;
    case "timeout":
      counts.timedOut++;
      return;
    case "not-sent":
      counts.notSent++;
      return;
    case "unfinished":
      counts.inFlight++;
      return;
    default:
      assertNever(outcome);
  }
}

function isAnswered({ outcome }: Observation): boolean {
  return outcome === "ok" || outcome === "http-error";
}

/** Status or class of failure: what a request's end is called beside its outcome. */
function endingOf(observation: Observation): string {
  if (isAnswered(observation)) return String(observation.status);
  return observation.errorClass === "" ? observation.outcome : observation.errorClass;
}

function outcomeClass(outcome: Exclude<Outcome, "not-sent">): OutcomeClass {
  switch (outcome) {
    case "ok":
      return "ok";
    case "http-error":
    case "connection-error":
      return "failed";
    case "timeout":
    case "unfinished":
      return "censored";
    default:
      return assertNever(outcome);
  }
}

function countError(errors: Record<string, number>, errorClass: string): void {
  const name = errorClass in errors || Object.keys(errors).length < maxErrorClasses ? errorClass : "other";
  errors[name] = (errors[name] ?? 0) + 1;
}
