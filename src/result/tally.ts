import { invariant } from "../base/invariant.ts";
import { type PerVersion, perVersion, type Version, versions } from "../base/version.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { addRetries, noRetries, type RetryCounts } from "./retry-schema.ts";
import {
  type ArmDelta,
  addCounts,
  type CellDelta,
  type EndpointDelta,
  type OutcomeClass,
  type OutcomeCounts,
  outcomeClasses,
  type PartDelta,
  type PartName,
  type WindowDelta,
  zeroCounts,
} from "./window.ts";

/** Everything known of one version in one stage. */
export type ArmTally = {
  counts: OutcomeCounts;
  retries: RetryCounts;
  readonly errors: Map<string, number>;
  readonly histograms: Map<OutcomeClass, DurationHistogram>;
  readonly parts: Map<PartName, DurationHistogram>;
};

export type StageTally = {
  due: number;
  readonly arms: PerVersion<ArmTally>;
  /** By the endpoint's index in the plan. */
  readonly endpoints: Map<number, PerVersion<EndpointTally>>;
};

export type EndpointTally = { counts: OutcomeCounts; readonly histogram: DurationHistogram };

export type SecondTally = {
  readonly stage: number;
  readonly second: number;
  due: number;
  readonly arms: PerVersion<{ counts: OutcomeCounts; histogram: string | undefined }>;
};

/**
 * The sum of all windows of a run, in whatever order they come. The histograms of single seconds are kept
 * encoded, about a kilobyte each, so that an hour's run stays small.
 */
export class RunTally {
  readonly #stages: StageTally[] = [];
  readonly #seconds = new Map<string, SecondTally>();

  /** By the number of the stage; those that had no requests are empty. */
  get stages(): readonly StageTally[] {
    return this.#stages;
  }

  add(window: WindowDelta): void {
    for (const cell of window.cells) this.#addCell(cell);
    for (const part of window.parts) this.#addPart(part);
    for (const endpoint of window.endpoints) this.#addEndpoint(endpoint);
  }

  /** All seconds that had requests, in time order. */
  get seconds(): readonly SecondTally[] {
    return [...this.#seconds.values()].toSorted(
      (left, right) => left.second - right.second || left.stage - right.stage,
    );
  }

  #addCell(cell: CellDelta): void {
    const stage = this.#stageAt(cell.stage);
    stage.due += cell.due;
    const second = this.#secondOf(cell);
    second.due += cell.due;
    for (const version of versions) {
      const delta = cell.arms[version];
      if (delta === undefined) continue;
      const added = addArm(stage.arms[version], delta);
      const inSecond = second.arms[version];
      inSecond.counts = addCounts(inSecond.counts, delta.counts);
      if (inSecond.histogram !== undefined) added.add(DurationHistogram.decode(inSecond.histogram));
      if (added.count > 0) inSecond.histogram = added.encode();
    }
  }

  /** A ramp makes stages while it runs, so their number isn't known before. */
  #stageAt(index: number): StageTally {
    while (this.#stages.length <= index) this.#stages.push(emptyStage());
    const stage = this.#stages[index];
    invariant(stage !== undefined, "stages were made up to the index");
    return stage;
  }

  #secondOf({ stage, second }: CellDelta): SecondTally {
    const key = `${stage}/${second}`;
    let tally = this.#seconds.get(key);
    if (tally === undefined) {
      const arms = perVersion(() => ({ counts: zeroCounts, histogram: undefined }));
      tally = { stage, second, due: 0, arms };
      this.#seconds.set(key, tally);
    }
    return tally;
  }

  #addPart({ stage, version, histograms }: PartDelta): void {
    const { parts } = this.#stageAt(stage).arms[version];
    for (const [name, encoded] of Object.entries(histograms) as [PartName, string][]) {
      mergeInto(parts, name, DurationHistogram.decode(encoded));
    }
  }

  #addEndpoint(delta: EndpointDelta): void {
    const { endpoints } = this.#stageAt(delta.stage);
    let both = endpoints.get(delta.endpoint);
    if (both === undefined) {
      both = perVersion(() => ({ counts: zeroCounts, histogram: new DurationHistogram() }));
      endpoints.set(delta.endpoint, both);
    }
    const tally = both[delta.version];
    tally.counts = addCounts(tally.counts, delta.counts);
    if (delta.histogram !== undefined) tally.histogram.add(DurationHistogram.decode(delta.histogram));
  }
}

/** Adds the arms of several stages; their histograms are merged, never their percentiles. */
export function mergeArms(stages: readonly StageTally[], version: Version): ArmTally {
  const merged = emptyArm();
  for (const stage of stages) {
    const arm = stage.arms[version];
    merged.counts = addCounts(merged.counts, arm.counts);
    merged.retries = addRetries(merged.retries, arm.retries);
    addErrors(merged.errors, Object.fromEntries(arm.errors));
    for (const [outcome, histogram] of arm.histograms) mergeInto(merged.histograms, outcome, histogram);
    for (const [part, histogram] of arm.parts) mergeInto(merged.parts, part, histogram);
  }
  return merged;
}

function addArm(arm: ArmTally, delta: ArmDelta): DurationHistogram {
  arm.counts = addCounts(arm.counts, delta.counts);
  if (delta.retries !== undefined) arm.retries = addRetries(arm.retries, delta.retries);
  addErrors(arm.errors, delta.errors);
  const all = new DurationHistogram();
  for (const outcome of outcomeClasses) {
    const encoded = delta.histograms[outcome];
    if (encoded === undefined) continue;
    const histogram = DurationHistogram.decode(encoded);
    mergeInto(arm.histograms, outcome, histogram);
    all.add(histogram);
  }
  return all;
}

function addErrors(errors: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, times] of Object.entries(more)) errors.set(name, (errors.get(name) ?? 0) + times);
}

function mergeInto<Key>(histograms: Map<Key, DurationHistogram>, key: Key, more: DurationHistogram): void {
  let histogram = histograms.get(key);
  if (histogram === undefined) {
    histogram = new DurationHistogram();
    histograms.set(key, histogram);
  }
  histogram.add(more);
}

function emptyStage(): StageTally {
  return { due: 0, arms: perVersion(emptyArm), endpoints: new Map() };
}

function emptyArm(): ArmTally {
  return {
    counts: zeroCounts,
    retries: noRetries,
    errors: new Map(),
    histograms: new Map(),
    parts: new Map(),
  };
}
