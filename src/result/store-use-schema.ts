import { z } from "zod";
import { type Version, versions } from "../base/version.ts";
import { count, milliseconds } from "./quantity-schema.ts";
import { mostBatches } from "./traffic-schema.ts";

/** What the versions of a run asked of their stores, as their mocks counted it: a part of `result.json`. */

const cacheUse = z.strictObject({
  /** Reads that the cache was asked for, and those that it answered. */
  lookups: count,
  hits: count,
});

const databaseUse = z.strictObject({
  /** Queries, answered or not; a booking is one. */
  reads: count,
  writes: count,
  /** Waited for them, lines before the database and for a connection included. */
  ms: milliseconds,
});

const storeUse = z.strictObject({
  /** Requests that were worked on, copies among them. */
  requests: count,
  cache: cacheUse.optional(),
  database: databaseUse.optional(),
});

/** A version that asked nothing, or that nobody counted, is absent. */
const ofVersions = z.partialRecord(z.enum(versions), storeUse);

export const storeUseSection = z.strictObject({
  /** Of the measured part: what holds any of the warm-up is left out. */
  versions: ofVersions,
  /** The same in time order, piece by piece. */
  batches: z.array(ofVersions).max(mostBatches),
});

/** What one process has asked since it last told; moments in ms from the start of the measured part. */
export type StoreUseDelta = {
  readonly version: Version;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly use: StoreUse;
};

export type StoreUse = z.output<typeof storeUse>;
export type StoreUseSection = z.output<typeof storeUseSection>;
