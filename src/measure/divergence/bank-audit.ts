import type { Client } from "pg";
import type { PerVersion } from "../../base/version.ts";
import type { Ledger } from "../../result/divergence-schema.ts";
import { openingCents } from "../stores/database-schema.ts";

type Booked = Pick<
  Ledger,
  "accounts" | "openingCents" | "balanceCents" | "wrongBookings" | "wrongAccounts" | "bookings"
>;

/** Whether the sum of all balances is what it was at first: at any moment, or money was made or lost. */
export async function isSumRight(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    "SELECT sum(balance_cents) = count(*) * $1::bigint AS is_right FROM account",
    [openingCents],
  );
  return rows[0]?.is_right === true;
}

/** A booking is right when exactly two entries say what it says; an account, when its entries make its balance. */
export async function auditBank(client: Client): Promise<Booked> {
  const { rows } = await client.query(
    `SELECT
      (SELECT count(*)::int FROM account) AS accounts,
      (SELECT sum(balance_cents)::text FROM account) AS balance,
      (SELECT count(*)::int FROM booking WHERE written_by = 'old') AS old,
      (SELECT count(*)::int FROM booking WHERE written_by = 'new') AS new,
      (SELECT count(*)::int FROM booking WHERE 2 <> (
        SELECT count(*) FILTER (WHERE (account_id, cents) IN ((debit, -booking.cents), (credit, booking.cents)))
          + 10 * count(*) FILTER (WHERE (account_id, cents) NOT IN ((debit, -booking.cents), (credit, booking.cents)))
        FROM entry WHERE booking_id = booking.id)) AS wrong_bookings,
      (SELECT count(*)::int FROM account LEFT JOIN
        (SELECT account_id, sum(cents) AS moved FROM entry GROUP BY account_id) AS moves ON account_id = id
        WHERE balance_cents <> $1::bigint + coalesce(moved, 0)) AS wrong_accounts`,
    [openingCents],
  );
  const row = rows[0];
  return {
    accounts: row.accounts,
    openingCents: row.accounts * openingCents,
    balanceCents: Number(row.balance),
    bookings: { old: row.old, new: row.new } satisfies PerVersion<number>,
    wrongBookings: row.wrong_bookings,
    wrongAccounts: row.wrong_accounts,
  };
}
