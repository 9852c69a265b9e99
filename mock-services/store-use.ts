import type { StoreUse } from "../src/result/store-use-schema.ts";
import type { StoresPlan } from "../src/scenario/service-plan.ts";

/** What one request asked of the stores, and how long it waited for the database. */
export type Asked = {
  readonly lookups: number;
  readonly hits: number;
  readonly reads: number;
  readonly writes: number;
  readonly databaseMs: number;
};

/** What a mock has asked of its stores since its start. */
export class StoreUseCounts {
  readonly #stores: StoresPlan;
  readonly #sum = { requests: 0, lookups: 0, hits: 0, reads: 0, writes: 0, databaseMs: 0 };

  constructor(stores: StoresPlan) {
    this.#stores = stores;
  }

  add({ lookups, hits, reads, writes, databaseMs }: Asked): void {
    const sum = this.#sum;
    sum.requests++;
    sum.lookups += lookups;
    sum.hits += hits;
    sum.reads += reads;
    sum.writes += writes;
    sum.databaseMs += databaseMs;
  }

  /** As of now; undefined where there are no stores. */
  get use(): StoreUse | undefined {
    const { cache, database } = this.#stores;
    const { requests, lookups, hits, reads, writes, databaseMs: ms } = this.#sum;
    if (cache === undefined && database === undefined) return undefined;
    return {
      requests,
      ...(cache !== undefined && { cache: { lookups, hits } }),
      ...(database !== undefined && { database: { reads, writes, ms } }),
    };
  }
}
