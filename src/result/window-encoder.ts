import { type Version, versions } from "../base/version.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import type { Counts } from "./count-observation.ts";
import type { RetryCounts } from "./retry-schema.ts";
import type { ArmDelta, CellDelta, EndpointDelta, OutcomeClass, PartDelta, PartName } from "./window.ts";

/** What one version did in one second of one stage, since the last window. */
export type OpenArm = {
  readonly counts: Counts;
  readonly errors: Record<string, number>;
  readonly histograms: { [outcome in OutcomeClass]?: DurationHistogram };
  retries?: RetryCounts;
};

/** The requests that came due in one second of one stage. */
export type OpenCell = {
  readonly stage: number;
  readonly second: number;
  due: number;
  readonly arms: { [version in Version]?: OpenArm };
};

/** Where the time of one version's requests went in one stage. */
export type OpenParts = {
  readonly stage: number;
  readonly version: Version;
  readonly histograms: { [part in PartName]?: DurationHistogram };
};

/** One endpoint's requests of one version in one stage that ended alike. */
export type OpenEndpoint = {
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

/** Emptied histograms kept for use again. */
const maxSpare = 64;

/** Durations put into a histogram between two chances to pace requests, some 0.1 ms. */
const durationsPerStep = 2000;

/**
 * Encodes what a recorder has collected. Each method yields after some 0.2 ms of work at most, so that whoever
 * paces requests can do so in between.
 */
export class WindowEncoder {
  /** At high rates, allocation would cost more than recording. */
  readonly #spare: DurationHistogram[] = [];

  /** An empty histogram, which comes back here when what holds it is encoded. */
  histogram(): DurationHistogram {
    return this.#spare.pop() ?? new DurationHistogram();
  }

  *cell(cell: OpenCell): Generator<void, CellDelta> {
    const arms: { [version in Version]?: ArmDelta } = {};
    for (const version of versions) {
      const arm = cell.arms[version];
      if (arm === undefined) continue;
      arms[version] = {
        counts: arm.counts,
        errors: arm.errors,
        histograms: yield* this.#encodeAll<OutcomeClass>(arm.histograms),
        ...(arm.retries !== undefined && { retries: arm.retries }),
      };
    }
    return { stage: cell.stage, second: cell.second, due: cell.due, arms };
  }

  *parts({ stage, version, histograms }: OpenParts): Generator<void, PartDelta> {
    return { stage, version, histograms: yield* this.#encodeAll<PartName>(histograms) };
  }

  *endpoint({ durationsMs, ...endpoint }: OpenEndpoint): Generator<void, EndpointDelta> {
    const histogram = this.histogram();
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
}
