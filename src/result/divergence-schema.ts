import { z } from "zod";

/** What a run with real stores found out about its data. Absent parts were not looked at. */

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

/** How two databases differ. Stale: both have the row, one of them an older state. */
export const differenceKinds = ["missing", "extra", "stale", "different"] as const;

/** Rows by kind: `missing` is in old's database only, `extra` in new's only. */
const differences = z.strictObject({ missing: count, extra: count, stale: count, different: count });

const secondWrites = z.strictObject({
  queued: count,
  applied: count,
  /** Came after a later write, and changed nothing. */
  superseded: count,
  retried: count,
  lost: count,
  lagMs: z.strictObject({
    p50: milliseconds.optional(),
    p99: milliseconds.optional(),
    max: milliseconds.optional(),
  }),
});

/** The checker held to differences that were made and are therefore known. */
const madeDrifts = z.strictObject({
  made: count,
  /** A later write of the same row had mended them before the checker could see them. */
  healed: count,
  found: count,
  /** Of those that could be seen; absent when there were none. */
  recall: z.number().min(0).max(1).optional(),
  detectionMs: z.strictObject({ p50: milliseconds.optional(), max: milliseconds.optional() }),
});

const betweenDatabases = z.strictObject({
  checks: count,
  rows: count,
  /** Chunks whose checksums were compared, and those whose rows had to be read. */
  chunks: count,
  chunksRead: count,
  /** Rows that differed at the last check. */
  atEnd: differences,
  /** Rows that stayed different for longer than a second write takes, in the whole run. */
  confirmed: count,
  oldestMs: milliseconds,
  /** Most rows stamped ahead of the database's clock that a check found. */
  aheadOfTime: count,
  convergence: z.strictObject({
    state: z.enum(["converged", "diverged"]),
    /** From the end of the load to the check that found no difference. */
    afterMs: milliseconds.optional(),
  }),
  secondWrites,
  made: madeDrifts.optional(),
  examples: z
    .array(z.strictObject({ row: z.string(), kind: z.enum(differenceKinds), forMs: milliseconds }))
    .max(20),
});

/** A bank's books. Amounts in cents, as texts where they may be larger than a number holds exactly. */
const ledger = z.strictObject({
  accounts: count,
  openingCents: z.int(),
  balanceCents: z.int(),
  /** How often the sum was looked at while the run was on, and how often it was another. */
  sumChecks: count,
  sumsWrong: count,
  bookings: z.strictObject({ old: count, new: count }),
  /** Confirmed to the services, and so to their callers. */
  acknowledged: z.strictObject({ old: count, new: count }),
  /** Of which nobody knows whether they were booked. */
  uncertain: count,
  wrongBookings: count,
  wrongAccounts: count,
});

const cachedRows = z.strictObject({ entries: count, stale: count });

export const divergenceSection = z.strictObject({
  topology: z.enum(["shared", "separate"]),
  content: z.enum(["items", "bank"]),
  databases: betweenDatabases.optional(),
  ledger: ledger.optional(),
  cache: cachedRows.optional(),
  /** Updates that a caller was told of, and that lost against a row stamped later than the database's clock. */
  lostUpdates: count.optional(),
});

/** One server over the run. */
const storeFigures = z.strictObject({
  /** `database`, `database-old`, `database-new` or `cache`. */
  store: z.string(),
  /** Transactions committed and rolled back, or commands, each second. */
  perSecond: z.strictObject({ mean: z.number().nonnegative(), max: z.number().nonnegative() }).optional(),
  connectionsMax: count.optional(),
  /** What the server accepts, and what all pools together may open. */
  connectionsLimit: count.optional(),
  connectionsNeeded: count.optional(),
  /** Of both versions, warm-up included; results that tell `storeUse` are without. */
  hitRatio: z.number().min(0).max(1).optional(),
});

export const storesSection = z.array(storeFigures).max(4);

export type DifferenceKind = (typeof differenceKinds)[number];
export type Divergence = z.output<typeof divergenceSection>;
export type DatabaseDivergence = z.output<typeof betweenDatabases>;
export type Ledger = z.output<typeof ledger>;
export type StoreFigures = z.output<typeof storeFigures>;
