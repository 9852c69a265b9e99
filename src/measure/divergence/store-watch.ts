import type { Redis } from "ioredis";
import type { Client } from "pg";
import type { StoreFigures } from "../../result/divergence-schema.ts";

/** One look at a server: what it has done since it started, and who is connected. */
export type StoreReading = { readonly atMs: number; readonly done: number; readonly connections: number };

/** Transactions of all sessions in this database. Source: PostgreSQL manual, pg_stat_database. */
export async function readPostgres(client: Client, atMs: number): Promise<StoreReading> {
  const { rows } = await client.query(
    "SELECT (xact_commit + xact_rollback)::float8 AS done, numbackends AS connections FROM pg_stat_database WHERE datname = current_database()",
  );
  return { atMs, done: rows[0]?.done ?? 0, connections: rows[0]?.connections ?? 0 };
}

/** Source: Redis documentation, INFO, sections Stats and Clients. */
export async function readRedis(redis: Redis, atMs: number): Promise<StoreReading> {
  const text = await redis.info();
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { atMs, done: field("total_commands_processed"), connections: field("connected_clients") };
}

/** The readings of one server, in bounded room. */
export class StoreTally {
  #first: StoreReading | undefined;
  #last: StoreReading | undefined;
  #maxPerSecond = 0;
  #connectionsMax = 0;

  add(reading: StoreReading): void {
    const before = this.#last;
    // A server that was started again counts from 0.
    if (before === undefined || reading.done < before.done) this.#first = reading;
    else if (reading.atMs > before.atMs)
      this.#maxPerSecond = Math.max(this.#maxPerSecond, perSecond(before, reading));
    this.#last = reading;
    this.#connectionsMax = Math.max(this.#connectionsMax, reading.connections);
  }

  figures(): Pick<StoreFigures, "perSecond" | "connectionsMax"> {
    if (this.#first === undefined || this.#last === undefined) return {};
    const isOne = this.#first.atMs >= this.#last.atMs;
    return {
      ...(!isOne && { perSecond: { mean: perSecond(this.#first, this.#last), max: this.#maxPerSecond } }),
      connectionsMax: this.#connectionsMax,
    };
  }
}

function perSecond(before: StoreReading, after: StoreReading): number {
  return ((after.done - before.done) * 1000) / (after.atMs - before.atMs);
}
