import type { Clock } from "../../base/clock.ts";
import { invariant } from "../../base/invariant.ts";
import { type Row, type RowDifference, rowDifferences } from "./row.ts";

/** Rows after `after` (undefined: from the first) up to and with `upTo` (undefined: to the last), by their keys. */
export type KeyRange = { readonly after: string | undefined; readonly upTo: string | undefined };

/** One side of a comparison. */
export type TableReader = {
  /** The key of the `rows`-th row after a key; undefined where there are fewer. */
  readonly boundary: (after: string | undefined, rows: number) => Promise<string | undefined>;
  readonly checksum: (range: KeyRange) => Promise<{ readonly rows: number; readonly sum: string }>;
  readonly read: (range: KeyRange) => Promise<readonly Row[]>;
};

/** How large a chunk is, found while going: so many rows as one checksum manages in the time aimed at. */
export class ChunkSize {
  #rows = firstChunkRows;

  get rows(): number {
    return this.#rows;
  }

  /** Half-way to what the last chunk's speed says, at most twice as many as before. */
  took(rows: number, ms: number): void {
    if (rows === 0) return;
    const fitting = (rows * targetMs) / Math.max(ms, 0.1);
    const next = Math.min((this.#rows + fitting) / 2, this.#rows * 2);
    this.#rows = Math.round(Math.min(Math.max(next, leastChunkRows), mostChunkRows));
  }
}

const firstChunkRows = 1000;
const leastChunkRows = 100;
/** The rows of a chunk that differs are all read at once. */
const mostChunkRows = 20_000;
const targetMs = 50;
/** A table has at most 1e6 rows when a run begins; whatever it books comes on top. */
const maxChunks = 100_000;

export type TableComparison = {
  readonly rows: number;
  readonly chunks: number;
  /** Those whose checksums differed. */
  readonly chunksRead: number;
  readonly differences: readonly RowDifference[];
};

/**
 * Compares two tables chunk by chunk: checksums first, and the rows of those chunks whose checksums differ. Both
 * sides go on changing meanwhile, so that a difference may be no more than a write under way: see DriftBook.
 *
 * Source: the way of pt-table-checksum (Percona Toolkit), with row counts in place of its per-chunk re-checks.
 */
export async function compareTables(
  sides: { readonly old: TableReader; readonly young: TableReader },
  size: ChunkSize,
  clock: Clock,
): Promise<TableComparison> {
  const { old, young } = sides;
  let after: string | undefined;
  let rows = 0;
  let chunksRead = 0;
  const differences: RowDifference[] = [];
  for (let chunks = 1; ; chunks++) {
    invariant(chunks <= maxChunks, "a table has fewer chunks than that");
    const upTo = await old.boundary(after, size.rows);
    const range = { after, upTo };
    const startMs = clock.nowMs();
    const [ofOld, ofYoung] = await Promise.all([old.checksum(range), young.checksum(range)]);
    size.took(ofOld.rows, clock.nowMs() - startMs);
    rows += Math.max(ofOld.rows, ofYoung.rows);
    if (ofOld.rows !== ofYoung.rows || ofOld.sum !== ofYoung.sum) {
      chunksRead++;
      differences.push(...rowDifferences(...(await Promise.all([old.read(range), young.read(range)]))));
    }
    if (upTo === undefined) return { rows, chunks, chunksRead, differences };
    after = upTo;
  }
}
