import type { Client } from "pg";
import type { Clock } from "../../base/clock.ts";
import type { PerVersion } from "../../base/version.ts";
import { ChunkSize, compareTables, type TableComparison } from "../../compare/divergence/compare-tables.ts";
import { DriftBook } from "../../compare/divergence/drift-book.ts";
import { KnownDrifts } from "../../compare/divergence/known-drifts.ts";
import type { RowDifference } from "../../compare/divergence/row.ts";
import type { DatabaseDivergence, DifferenceKind } from "../../result/divergence-schema.ts";
import { type ComparedTable, comparedTables, rowName, tableReader } from "./table-reader.ts";

/** How long a difference must stay the same to be one: far longer than a second write takes when all is well. */
const settleMs = 1000;
/** How far ahead of its database's clock a row may be stamped: clocks of a well-kept fleet are nearer. */
const skewToleranceUs = 500_000;
const maxExamples = 20;

type Totals = { checks: number; rows: number; chunks: number; chunksRead: number; aheadOfTime: number };

/** Compares two databases again and again, and keeps the book of what it found. */
export class DatabaseCheck {
  readonly known = new KnownDrifts();
  readonly #tables: readonly ComparedTable[];
  readonly #clock: Clock;
  readonly #book = new DriftBook(settleMs);
  readonly #sizes: readonly ChunkSize[];
  readonly #totals: Totals = { checks: 0, rows: 0, chunks: 0, chunksRead: 0, aheadOfTime: 0 };
  readonly #examples: DatabaseDivergence["examples"] = [];
  #last: readonly RowDifference[] = [];

  constructor(content: "items" | "bank", clock: Clock) {
    this.#tables = comparedTables[content];
    this.#sizes = this.#tables.map(() => new ChunkSize());
    this.#clock = clock;
  }

  /** The row that a drift is about, which tells its id alone. */
  keyOf(id: string): string {
    return rowName(this.#tables[0] ?? { name: "" }, id);
  }

  /** One round over all tables. */
  async round(clients: PerVersion<Client>): Promise<void> {
    const comparisons: TableComparison[] = [];
    for (const [index, table] of this.#tables.entries()) {
      const sides = { old: tableReader(clients.old, table), young: tableReader(clients.new, table) };
      comparisons.push(await compareTables(sides, this.#sizes[index] ?? new ChunkSize(), this.#clock));
    }
    this.#last = comparisons.flatMap(({ differences }) => differences);
    const atMs = this.#clock.nowMs();
    for (const { key, kind, sinceMs } of this.#book.check(atMs, this.#last))
      if (this.#examples.length < maxExamples) this.#examples.push({ row: key, kind, forMs: atMs - sinceMs });
    for (const { key, confirmedMs } of this.#book.open)
      if (confirmedMs !== undefined) this.known.found(key, atMs);
    await this.#lookAtKnown(clients);
    this.#count(comparisons, await aheadOfTime(clients, this.#tables));
  }

  get checks(): number {
    return this.#totals.checks;
  }

  /** Differences of the last round that may still be writes under way, and those that stay. */
  get open(): { readonly all: number; readonly confirmed: number } {
    const confirmed = this.#book.open.filter((drift) => drift.confirmedMs !== undefined).length;
    return { all: this.#last.length, confirmed };
  }

  summary(): Omit<DatabaseDivergence, "convergence" | "secondWrites"> {
    const made = this.known.summary();
    const of = (kind: DifferenceKind) => this.#last.filter((each) => each.kind === kind).length;
    return {
      ...this.#totals,
      atEnd: { missing: of("missing"), extra: of("extra"), stale: of("stale"), different: of("different") },
      confirmed: this.#book.confirmed,
      oldestMs: this.#book.oldestMs,
      ...(made !== undefined && { made }),
      examples: [...this.#examples],
    };
  }

  /** Straight at the rows, not through the checksums: a known drift that is mended is none any more. */
  async #lookAtKnown(clients: PerVersion<Client>): Promise<void> {
    const [table] = this.#tables;
    const keys = this.known.openKeys;
    if (table === undefined || keys.length === 0) return;
    const atMs = this.#clock.nowMs();
    const ids = keys.map((key) => key.slice(table.name.length + 1));
    const [old, young] = await Promise.all([
      statesOf(clients.old, table, ids),
      statesOf(clients.new, table, ids),
    ]);
    for (const id of ids) if (old.get(id) === young.get(id)) this.known.healed(rowName(table, id), atMs);
  }

  #count(comparisons: readonly TableComparison[], ahead: number): void {
    this.#totals.checks++;
    this.#totals.aheadOfTime = Math.max(this.#totals.aheadOfTime, ahead);
    for (const { rows, chunks, chunksRead } of comparisons) {
      this.#totals.rows += rows;
      this.#totals.chunks += chunks;
      this.#totals.chunksRead += chunksRead;
    }
  }
}

async function statesOf(
  client: Client,
  { name, key, keyType, known }: ComparedTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const text = `SELECT ${key}::text AS key, (${known})::text AS state FROM ${name} WHERE ${key} = ANY($1::${keyType}[])`;
  const { rows } = await client.query(text, [ids]);
  return new Map(rows.map((row) => [String(row.key), String(row.state)]));
}

/** Rows stamped later than it is: what a clock that is ahead leaves behind. */
async function aheadOfTime(clients: PerVersion<Client>, tables: readonly ComparedTable[]): Promise<number> {
  const [table] = tables;
  if (table === undefined) return 0;
  const text = `SELECT count(*)::int AS ahead FROM ${table.name} WHERE ${table.writtenAt} > now_us() + $1`;
  const answers = await Promise.all(
    [clients.old, clients.new].map((client) => client.query(text, [skewToleranceUs])),
  );
  return Math.max(...answers.map(({ rows }) => rows[0]?.ahead ?? 0));
}
