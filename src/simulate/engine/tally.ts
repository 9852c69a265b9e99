import type { StagePlan, Timeline } from "../../scenario/plan.ts";
import type { DurationCounts } from "./duration-counts.ts";

/** Spans of time kept apart in one result; longer runs have longer spans. */
const maxCells = 300;
/** Spans of the series in which the warm-up is looked for. */
const seriesLength = 1000;

/** How a request ended, in the order of the count columns. */
export const ending = { completed: 0, failed: 1, timedOut: 2, notSent: 3, inFlight: 4 } as const;
export type Ending = (typeof ending)[keyof typeof ending];
export const reroutedColumn = 5;
export const countColumns = 6;

/** Why a request failed, in the order of the error columns. */
export const errorClasses = [
  "status-500",
  "status-502",
  "status-503",
  "timeout",
  "queue-age",
  "connection-refused",
  "connection-reset",
] as const;
export const errorClass = {
  none: -1,
  status500: 0,
  status502: 1,
  status503: 2,
  timeout: 3,
  queueAge: 4,
  refused: 5,
  reset: 6,
};

/** What a response time is made of, in the order of the part columns. */
export const simulatedParts = ["slotWait", "serverQueue", "service", "roundTrip"] as const;
export const partColumn = { slotWait: 0, serverQueue: 1, service: 2, roundTrip: 3 } as const;

/** One span of one stage. */
export type Cell = { readonly stage: number; readonly second: number };

/**
 * What one replication has seen, as plain data that passes between threads. Columns are indexed by cell, version
 * and what they count; requests are booked where they were scheduled.
 */
export type Tally = {
  readonly due: Float64Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
  readonly errors: Float64Array<ArrayBuffer>;
  /** By cell, version and outcome class (ok, failed, censored). */
  readonly histograms: (DurationCounts | undefined)[];
  /** By stage, version and part. */
  readonly parts: (DurationCounts | undefined)[];
  /** By stage, version and endpoint. */
  readonly endpointCounts: Float64Array<ArrayBuffer>;
  readonly endpointHistograms: (DurationCounts | undefined)[];
  readonly seriesSums: Float64Array<ArrayBuffer>;
  readonly seriesCounts: Float64Array<ArrayBuffer>;
};

/** Finds the cell of a moment; moments must not go back. */
export class CellFinder {
  readonly cells: readonly Cell[];
  /** How long each of them is. */
  readonly spanSeconds: number;
  readonly #stages: readonly StagePlan[];
  readonly #firstCells: readonly number[];
  readonly #cellMs: number;
  #stage = 0;

  constructor({ stages, warmUpMs, durationMs }: Timeline) {
    const seconds = Math.max(1, Math.ceil((warmUpMs + durationMs) / 1000 / (maxCells - 2 * stages.length)));
    const cellMs = seconds * 1000;
    this.spanSeconds = seconds;
    const cells: Cell[] = [];
    this.#firstCells = stages.map((stage, index) => {
      const first = cells.length;
      for (let at = Math.floor(stage.startMs / cellMs); at * cellMs < stage.endMs; at++) {
        cells.push({ stage: index, second: at * seconds });
      }
      return first - Math.floor(stage.startMs / cellMs);
    });
    this.cells = cells;
    this.#stages = stages;
    this.#cellMs = cellMs;
  }

  /** The index of the stage found last. */
  get stage(): number {
    return this.#stage;
  }

  at(ms: number): number {
    while (this.#stage < this.#stages.length - 1 && ms >= (this.#stages[this.#stage] as StagePlan).endMs) {
      this.#stage++;
    }
    return (this.#firstCells[this.#stage] as number) + Math.floor(ms / this.#cellMs);
  }
}

export function emptyTally(cells: number, stages: number, endpoints: number): Tally {
  return {
    due: new Float64Array(cells),
    counts: new Float64Array(cells * 2 * countColumns),
    errors: new Float64Array(cells * 2 * errorClasses.length),
    histograms: new Array(cells * 2 * 3).fill(undefined),
    parts: new Array(stages * 2 * simulatedParts.length).fill(undefined),
    endpointCounts: new Float64Array(stages * 2 * endpoints * countColumns),
    endpointHistograms: new Array(stages * 2 * endpoints).fill(undefined),
    seriesSums: new Float64Array(seriesLength),
    seriesCounts: new Float64Array(seriesLength),
  };
}
