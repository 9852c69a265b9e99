/** What the coordinator says to a mock with real stores, besides what it says to every mock, and what it is told. */

/** Trouble between two databases that are kept in step, from now on; absent values are back to normal. */
export type SetStorageFault = { readonly type: "storage-fault"; readonly fault: StorageFault };

export type StorageFault = {
  /** Share of second writes that never happen. */
  readonly lostShare?: number;
  /** Share of second writes that come late and overwrite what is there. */
  readonly reorderedShare?: number;
  /** How far the clock of new is ahead of old's. */
  readonly clockAheadMs?: number;
  /** How long every second write is held back. */
  readonly lagMs?: number;
};

/** Totals since the start; connections and waiting as of now. */
export type StorageStats = {
  /** Writes that the database has confirmed. */
  readonly acknowledged: number;
  /** Writes that were broken off: whether they were done, nobody knows. */
  readonly uncertain: number;
  /** Writes that came too late to count. */
  readonly superseded: number;
  /** Of them, those that lost against a row stamped later than the database's clock. */
  readonly lostUpdates: number;
  /** Requests that found no connection free, or no database. */
  readonly refused: number;
  readonly cacheFailures: number;
  readonly connections: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** Only where each version has its own database. */
  readonly second?: SecondWriteStats;
};

export type SecondWriteStats = {
  readonly queued: number;
  readonly applied: number;
  readonly superseded: number;
  readonly retried: number;
  readonly lost: number;
  readonly waiting: number;
  /** From the first write to the second, since the last message; at most 2,000 of them. */
  readonly lagsMs: readonly number[];
  /** Since the last message. */
  readonly drifts: readonly MadeDrift[];
};

/** A difference between two databases that was made, on purpose or not: what a checker should find. */
export type MadeDrift = {
  readonly id: string;
  readonly atEpochMs: number;
  readonly cause: "lost-write" | "reordered" | "queue-full" | "gave-up";
};
