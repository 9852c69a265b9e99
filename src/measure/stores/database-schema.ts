import type { RealDatabasePlan } from "../../scenario/stores-plan.ts";

/** What every account begins with. */
export const openingCents = 100_000;

/**
 * The tables that old knows, filled. Rows carry who wrote them and when by the writer's clock; `stored_at_us` is the
 * database's own clock.
 */
export function creation({ content, rows }: RealDatabasePlan, schema: string): readonly string[] {
  const own = [
    `CREATE SCHEMA ${schema}`,
    `SET search_path TO ${schema}`,
    `CREATE FUNCTION now_us() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint'`,
  ];
  const filled = `FROM generate_series(1, ${rows}) AS number`;
  const written =
    "written_by text NOT NULL, written_at_us bigint NOT NULL, stored_at_us bigint NOT NULL DEFAULT now_us()";
  switch (content) {
    case "items":
      return [
        ...own,
        `CREATE TABLE item (id bigint PRIMARY KEY, value text NOT NULL, ${written})`,
        `INSERT INTO item (id, value, written_by, written_at_us) SELECT number, 'opening', 'old', 0 ${filled}`,
        "ANALYZE item",
      ];
    case "bank":
      return [
        ...own,
        "CREATE TABLE account (id bigint PRIMARY KEY, balance_cents bigint NOT NULL)",
        `INSERT INTO account SELECT number, ${openingCents} ${filled}`,
        `CREATE TABLE booking (id text PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL, cents bigint NOT NULL CHECK (cents > 0), ${written})`,
        "CREATE TABLE entry (booking_id text, account_id bigint, cents bigint NOT NULL, PRIMARY KEY (booking_id, account_id))",
        "ANALYZE account",
      ];
  }
}

/** Before new comes: what it needs is added in a way that old doesn't notice, a column that may be empty. */
export function expansion({ content }: RealDatabasePlan): readonly string[] {
  return content === "items"
    ? ["ALTER TABLE item ADD COLUMN note text"]
    : ["ALTER TABLE booking ADD COLUMN channel text"];
}

/** Once old is gone, and not before: what it left empty is filled, and from then on must be given. */
export function contraction({ content }: RealDatabasePlan): readonly string[] {
  const [table, column, filling] =
    content === "items" ? ["item", "note", "none"] : ["booking", "channel", "counter"];
  return [
    `UPDATE ${table} SET ${column} = '${filling}' WHERE ${column} IS NULL`,
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
  ];
}
