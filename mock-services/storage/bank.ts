import type { PoolClient } from "pg";
import { invariant } from "../../src/base/invariant.ts";
import type { Version } from "../../src/base/version.ts";
import type { Booking, Content, Write, Written } from "./content.ts";

/**
 * Accounts and the transfers between them, booked twice: an entry takes from one account what the other is given.
 * A booking's id is the request's, so that a request that comes again books nothing. New also writes the column
 * `channel`, of which old knows nothing.
 */
export function bankContent(version: Version): Content {
  return {
    read: async (client, id) => {
      const { rows } = await client.query({
        name: "read-account",
        text: "SELECT balance_cents FROM account WHERE id = $1",
        values: [id],
      });
      return rows[0] === undefined ? undefined : JSON.stringify({ ...rows[0], version });
    },
    write: async (client, write) => await book(client, asBooking(write)),
    overwrite: async (client, write) => {
      await book(client, asBooking(write));
      return { lostLater: false };
    },
  };
}

/** One transaction: both accounts locked in the order of their ids, so that no two wait for one another. */
async function book(client: PoolClient, booking: Booking): Promise<Written> {
  const { debit, credit, cents } = booking;
  const changed = [debit, credit];
  await client.query("BEGIN");
  try {
    await client.query({
      name: "lock-accounts",
      text: "SELECT id FROM account WHERE id IN ($1, $2) ORDER BY id FOR UPDATE",
      values: changed,
    });
    const { rowCount } = await client.query(insertion(booking));
    if (rowCount === 0) {
      await client.query("ROLLBACK");
      return { outcome: "superseded", changed: [] };
    }
    await client.query({
      name: "book",
      text: `WITH entries AS (INSERT INTO entry (booking_id, account_id, cents) VALUES ($1, $2, -$4::bigint), ($1, $3, $4::bigint))
        UPDATE account SET balance_cents = balance_cents + CASE id WHEN $2 THEN -$4::bigint ELSE $4::bigint END
        WHERE id IN ($2, $3)`,
      values: [booking.id, debit, credit, cents],
    });
    await client.query("COMMIT");
    return { outcome: "written", changed };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

function insertion({ id, debit, credit, cents, by, atUs, channel }: Booking) {
  const known = ["id", "debit", "credit", "cents", "written_by", "written_at_us"];
  const columns = by === "new" ? [...known, "channel"] : known;
  const values = [id, debit, credit, cents, by, atUs, ...(by === "new" ? [channel] : [])];
  const places = columns.map((_, index) => `$${index + 1}`);
  return {
    name: `insert-booking-${by}`,
    text: `INSERT INTO booking (${columns.join(", ")}) VALUES (${places.join(", ")}) ON CONFLICT (id) DO NOTHING`,
    values,
  };
}

function asBooking(write: Write): Booking {
  invariant(write.kind === "booking", "only bookings are written here");
  return write;
}
