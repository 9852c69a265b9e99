import { invariant } from "../base/invariant.ts";
import type { Version } from "../base/version.ts";
import type { StagePlan } from "../scenario/plan.ts";
import {
  countError,
  countObservation,
  countRetries,
  endingOf,
  isAnswered,
  outcomeClass,
} from "./count-observation.ts";
import { EndRecorder } from "./end-moments.ts";
import type { Observation } from "./observation.ts";
import { noRetries } from "./retry-schema.ts";
import { beginStages } from "./stages.ts";
import {
  type CellDelta,
  type EndpointDelta,
  type PartDelta,
  type PartName,
  type WindowDelta,
  zeroCounts,
} from "./window.ts";
import {
  type OpenArm,
  type OpenCell,
  type OpenEndpoint,
  type OpenParts,
  WindowEncoder,
} from "./window-encoder.ts";

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
  #cells = new Map<string, OpenCell>();
  #parts = new Map<number, OpenParts>();
  #endpoints = new Map<number | string, OpenEndpoint>();
  readonly #encoder = new WindowEncoder();
  #lastCell: OpenCell | undefined;
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
    if (observation.retries !== undefined) {
      arm.retries ??= { ...noRetries };
      countRetries(arm.retries, observation.retries);
    }
    if (observation.outcome === "not-sent") {
      countError(arm.errors, observation.errorClass);
      this.#recordEndpoint(cell.stage, observation, Number.NaN);
      return;
    }
    const responseTimeMs = observation.completedMs - observation.scheduledMs;
    const outcome = outcomeClass(observation.outcome);
    arm.histograms[outcome] ??= this.#encoder.histogram();
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
    for (const cell of cells) cellDeltas.push(yield* this.#encoder.cell(cell));
    for (const part of parts) partDeltas.push(yield* this.#encoder.parts(part));
    for (const endpoint of endpoints) endpointDeltas.push(yield* this.#encoder.endpoint(endpoint));
    return {
      driver: this.#driver,
      atMs: atMs - this.#originMs,
      cells: cellDeltas,
      parts: partDeltas,
      endpoints: endpointDeltas,
      ends,
    };
  }

  #cellAt(planMs: number): OpenCell {
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

  #armOf(cell: OpenCell, version: Version): OpenArm {
    cell.arms[version] ??= { counts: { ...zeroCounts }, errors: {}, histograms: {} };
    return cell.arms[version];
  }

  #recordParts(stage: number, observation: Observation): void {
    const { scheduledMs, seenMs, sentMs, completedMs, retries } = observation;
    const firstSentMs = retries?.firstSentMs ?? sentMs;
    const key = stage * 2 + versionDigit(observation.version);
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = { stage, version: observation.version, histograms: {} };
      this.#parts.set(key, parts);
    }
    this.#recordPart(parts, "pacerLag", seenMs - scheduledMs);
    this.#recordPart(parts, "slotWait", firstSentMs - seenMs);
    if (observation.outcome !== "ok" && observation.outcome !== "http-error") return;
    const { splitterMs, serverQueueMs, serviceMs } = observation;
    const roundTripMs = completedMs - sentMs;
    if (retries !== undefined) this.#recordPart(parts, "earlierAttempts", sentMs - firstSentMs);
    this.#recordPart(parts, "roundTrip", roundTripMs);
    this.#recordPart(parts, "splitter", splitterMs);
    this.#recordPart(parts, "serverQueue", serverQueueMs);
    this.#recordPart(parts, "service", serviceMs);
    this.#recordPart(parts, "network", Math.max(0, roundTripMs - splitterMs - serverQueueMs - serviceMs));
  }

  #recordPart(parts: OpenParts, name: PartName, ms: number): void {
    if (Number.isNaN(ms)) return;
    parts.histograms[name] ??= this.#encoder.histogram();
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
}

function versionDigit(version: Version): 0 | 1 {
  return version === "old" ? 0 : 1;
}

function isWithin(stage: StagePlan | undefined, planMs: number): boolean {
  return stage !== undefined && planMs >= stage.startMs && planMs < stage.endMs;
}
