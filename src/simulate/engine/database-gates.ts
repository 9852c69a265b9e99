import type { StoresPlan } from "../../scenario/service-plan.ts";
import type { VersionIndex } from "./request-source.ts";

/** Queries that may wait for a database at once; one more is refused. */
const maxWaitingQueries = 10_000;

type Database = NonNullable<StoresPlan["database"]>;

/**
 * The limit of a database as capacity: one line, first come first served, out of which a query goes every
 * 1 / limit seconds at most. When a query gets through is known at once, so no events are needed. A shared
 * database is one line for both versions.
 */
export class DatabaseGates {
  readonly #gapMs: number;
  readonly #isShared: boolean;
  readonly #freeAtMs = new Float64Array(2).fill(Number.NEGATIVE_INFINITY);
  /** Queries that each version has sent through. */
  readonly passed = new Float64Array(2);

  constructor(database: Database, limitPerSecond: number) {
    this.#gapMs = 1000 / limitPerSecond;
    this.#isShared = database.topology === "shared";
  }

  /** @returns when the query goes through, ms; infinite when the line is full */
  enter(version: VersionIndex, nowMs: number): number {
    const gate = this.#isShared ? 0 : version;
    const startMs = Math.max(nowMs, this.#freeAtMs[gate] as number);
    if (startMs - nowMs > maxWaitingQueries * this.#gapMs) return Number.POSITIVE_INFINITY;
    this.#freeAtMs[gate] = startMs + this.#gapMs;
    this.passed[version] = (this.passed[version] as number) + 1;
    return startMs;
  }
}
