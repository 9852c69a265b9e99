import { type DurationCounts, emptyDurations, recordDuration } from "./duration-counts.ts";
import {
  countColumns,
  type Ending,
  ending,
  errorClasses,
  reroutedColumn,
  simulatedParts,
  type Tally,
} from "./tally.ts";

/**
 * Books the ends of requests in a tally. The place (when scheduled, who answered) is set first and then used by
 * the calls that follow, so that booking makes no objects.
 */
export class TallyWriter {
  readonly tally: Tally;
  readonly #endpoints: number;
  readonly #seriesStartMs: number;
  readonly #seriesPerMs: number;
  #arm = 0;
  #stageArm = 0;
  #endpointArm = 0;

  /** @param span - the time of the series in which the warm-up is looked for */
  constructor(tally: Tally, endpoints: number, span: { readonly startMs: number; readonly endMs: number }) {
    this.tally = tally;
    this.#endpoints = endpoints;
    this.#seriesStartMs = span.startMs;
    this.#seriesPerMs = tally.seriesSums.length / (span.endMs - span.startMs);
  }

  due(cell: number): void {
    increase(this.tally.due, cell);
  }

  /** @param stageArm - twice the stage, plus the version */
  at(cell: number, stageArm: number, endpoint: number): void {
    this.#arm = cell * 2 + (stageArm & 1);
    this.#stageArm = stageArm;
    this.#endpointArm = stageArm * this.#endpoints + endpoint;
  }

  /** @param timeMs - the response time, or the age of a request without an answer; unused when it wasn't sent */
  end(how: Ending, error: number, timeMs: number): void {
    const { tally } = this;
    increase(tally.counts, this.#arm * countColumns + how);
    increase(tally.endpointCounts, this.#endpointArm * countColumns + how);
    if (error >= 0) increase(tally.errors, this.#arm * errorClasses.length + error);
    if (how === ending.notSent) return;
    record(tally.histograms, this.#arm * 3 + (how < ending.timedOut ? how : censoredColumn), timeMs);
    if (this.#endpoints > 1) record(tally.endpointHistograms, this.#endpointArm, timeMs);
  }

  rerouted(): void {
    increase(this.tally.counts, this.#arm * countColumns + reroutedColumn);
    increase(this.tally.endpointCounts, this.#endpointArm * countColumns + reroutedColumn);
  }

  /** @param part - its place in `simulatedParts` */
  part(part: number, ms: number): void {
    record(this.tally.parts, this.#stageArm * simulatedParts.length + part, ms);
  }

  /** Adds a response time to the series. */
  series(scheduledMs: number, timeMs: number): void {
    const at = Math.floor((scheduledMs - this.#seriesStartMs) * this.#seriesPerMs);
    const { seriesSums, seriesCounts } = this.tally;
    seriesSums[at] = (seriesSums[at] as number) + timeMs;
    increase(seriesCounts, at);
  }
}

const censoredColumn = 2;

function record(histograms: (DurationCounts | undefined)[], index: number, ms: number): void {
  let histogram = histograms[index];
  if (histogram === undefined) {
    histogram = emptyDurations();
    histograms[index] = histogram;
  }
  recordDuration(histogram, ms);
}

function increase(column: Float64Array, index: number): void {
  column[index] = (column[index] as number) + 1;
}
