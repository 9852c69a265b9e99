import type { PoolClient } from "pg";
import type { Version } from "../../src/base/version.ts";

/** One write of a service, as it is repeated in the other version's database. */
export type Write = ItemWrite | Booking;

export type ItemWrite = {
  readonly kind: "item";
  readonly id: number;
  readonly value: string;
  /** What only new knows; old's writes leave the column as it is. */
  readonly note: string | undefined;
  readonly by: Version;
  /** The writer's clock, µs since 1970. */
  readonly atUs: number;
};

export type Booking = {
  readonly kind: "booking";
  /** The request's id: booked once, however often it comes. */
  readonly id: string;
  readonly debit: number;
  readonly credit: number;
  readonly cents: number;
  /** What only new knows. */
  readonly channel: string | undefined;
  readonly by: Version;
  readonly atUs: number;
};

/** What a write came to: `superseded` where a later one was there already, or the booking was. */
export type Written = {
  readonly outcome: "written" | "superseded";
  /** Superseded by a row that is stamped later than the database's clock: no write of today can win against it. */
  readonly isLost?: boolean;
  /** Cached rows that it has changed. */
  readonly changed: readonly number[];
};

/** What a service keeps in its database: how it reads and writes it. */
export type Content = {
  /** The row as the cache keeps it; undefined where there is none. */
  readonly read: (client: PoolClient, id: number) => Promise<string | undefined>;
  /** Applies a write in order: the last writer wins. */
  readonly write: (client: PoolClient, write: Write) => Promise<Written>;
  /** Applies a write whatever is there, as a careless second writer does; tells whether something later was lost. */
  readonly overwrite: (client: PoolClient, write: Write) => Promise<{ readonly lostLater: boolean }>;
};

/** Which row a write is about, for what must keep its order. */
export function keyOf(write: Write): string {
  return write.kind === "item" ? `item ${write.id}` : `booking ${write.id}`;
}
