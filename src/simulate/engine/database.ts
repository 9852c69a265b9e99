import type { Uniform } from "../../base/random.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { StoresPlan } from "../../scenario/service-plan.ts";
import type { VersionIndex } from "./request-source.ts";

/** Queries that may wait for one instance at once; one more is refused. */
const maxWaitingQueries = 10_000;

/** Whether queries are followed one by one: where nothing limits them and nothing befalls them, they are time only. */
export function asksOneByOne({ stores: { database }, faults }: Pick<RunPlan, "stores" | "faults">): boolean {
  if (database === undefined) return false;
  const isLimited = database.limitPerSecond !== undefined || database.real !== undefined;
  return isLimited || faults.some(({ service }) => service === "database");
}

type Limits = Pick<NonNullable<StoresPlan["database"]>, "limitPerSecond" | "topology"> & {
  readonly replicas: number;
};

/**
 * The limit of a database as capacity: before each instance one line, first come first served, out of which a query
 * goes every 1 / limit seconds at most. When a query gets through is known at once, so no events are needed. A shared
 * database is one for both versions.
 *
 * Writes go to the primary. Where there are read replicas, each read goes to one of them by chance, and each replica
 * repeats every write at the cost of a write, as in the capacity model.
 */
export class Database {
  /** Queries that each version has sent through. */
  readonly passed = new Float64Array(2);
  readonly #usualGapMs: number;
  readonly #isShared: boolean;
  readonly #replicas: number;
  readonly #draw: Uniform;
  /** By database: its primary, then its replicas. */
  readonly #freeAtMs: Float64Array;
  #gapMs: number;

  /** @param draw - which replica is asked */
  constructor({ limitPerSecond, topology, replicas }: Limits, draw: Uniform) {
    this.#usualGapMs = limitPerSecond === undefined ? 0 : 1000 / limitPerSecond;
    this.#gapMs = this.#usualGapMs;
    this.#isShared = topology === "shared";
    this.#replicas = replicas;
    this.#draw = draw;
    this.#freeAtMs = new Float64Array(2 * (1 + replicas)).fill(Number.NEGATIVE_INFINITY);
  }

  /** From now on queries go through so many times more slowly. */
  slow(factor: number): void {
    this.#gapMs = this.#usualGapMs * factor;
  }

  /** @returns when the query goes through, ms; infinite when the line is full */
  enter(version: VersionIndex, nowMs: number, isRead: boolean): number {
    const primary = this.#isShared ? 0 : version * (1 + this.#replicas);
    const instance = isRead && this.#replicas > 0 ? primary + 1 + this.#anyReplica() : primary;
    const startMs = Math.max(nowMs, this.#freeAtMs[instance] as number);
    if (startMs - nowMs > maxWaitingQueries * this.#gapMs) return Number.POSITIVE_INFINITY;
    this.#freeAtMs[instance] = startMs + this.#gapMs;
    if (!isRead) this.#repeat(primary, nowMs);
    this.passed[version] = (this.passed[version] as number) + 1;
    return startMs;
  }

  #anyReplica(): number {
    return this.#replicas === 1 ? 0 : Math.min(this.#replicas - 1, Math.floor(this.#draw() * this.#replicas));
  }

  #repeat(primary: number, nowMs: number): void {
    for (let replica = primary + 1; replica <= primary + this.#replicas; replica++) {
      this.#freeAtMs[replica] = Math.max(nowMs, this.#freeAtMs[replica] as number) + this.#gapMs;
    }
  }
}
