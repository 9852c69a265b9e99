import type { Client } from "pg";
import type { KeyRange, TableReader } from "../../compare/divergence/compare-tables.ts";
import type { Row } from "../../compare/divergence/row.ts";

/** A table of the run's schema, and what both versions know of its rows. */
export type ComparedTable = {
  readonly name: string;
  readonly key: string;
  /** PostgreSQL's type of the key. */
  readonly keyType: "bigint" | "text";
  /** An expression over the columns that both versions know. */
  readonly known: string;
  /** When the row was written, µs. */
  readonly writtenAt: string;
};

/** Columns that only new knows are no difference: old leaves them as they are. */
export const comparedTables: { readonly [content in "items" | "bank"]: readonly ComparedTable[] } = {
  items: [
    {
      name: "item",
      key: "id",
      keyType: "bigint",
      known: "ROW(id, value, written_by, written_at_us)",
      writtenAt: "written_at_us",
    },
  ],
  bank: [
    {
      name: "booking",
      key: "id",
      keyType: "text",
      known: "ROW(id, debit, credit, cents, written_by, written_at_us)",
      writtenAt: "written_at_us",
    },
    { name: "account", key: "id", keyType: "bigint", known: "ROW(id, balance_cents)", writtenAt: "0" },
  ],
};

/** Reads one table of one database; hashes are computed there, and rows travel only where they differ. */
export function tableReader(client: Client, table: ComparedTable): TableReader {
  const { name, key, keyType, known, writtenAt } = table;
  const inRange = `($1::${keyType} IS NULL OR ${key} > $1::${keyType}) AND ($2::${keyType} IS NULL OR ${key} <= $2::${keyType})`;
  const fingerprint = `hashtextextended((${known})::text, 0)`;
  const values = ({ after, upTo }: KeyRange) => [after ?? null, upTo ?? null];
  return {
    boundary: async (after, rows) => {
      const text = `SELECT ${key}::text AS key FROM ${name} WHERE $1::${keyType} IS NULL OR ${key} > $1::${keyType} ORDER BY ${key} OFFSET $2 LIMIT 1`;
      const result = await client.query(text, [after ?? null, rows - 1]);
      return result.rows[0]?.key;
    },
    checksum: async (range) => {
      const text = `SELECT count(*)::int AS rows, coalesce(sum(${fingerprint}::numeric), 0)::text AS sum FROM ${name} WHERE ${inRange}`;
      const result = await client.query(text, values(range));
      return { rows: result.rows[0]?.rows ?? 0, sum: result.rows[0]?.sum ?? "0" };
    },
    read: async (range) => {
      const columns = `${key}::text AS key, ${writtenAt} AS written, ${fingerprint}::text AS fingerprint`;
      const result = await client.query(
        `SELECT ${columns} FROM ${name} WHERE ${inRange} ORDER BY ${key}`,
        values(range),
      );
      return result.rows.map(
        (row): Row => ({
          key: rowName(table, row.key),
          writtenAtUs: Number(row.written),
          fingerprint: row.fingerprint,
        }),
      );
    },
  };
}

/** One name for a row in all tables. */
export function rowName({ name }: Pick<ComparedTable, "name">, key: string): string {
  return `${name} ${key}`;
}
