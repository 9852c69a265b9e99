import type { Redis } from "ioredis";
import type { Client } from "pg";
import type { CachePlace } from "../stores/store-places.ts";
import { connectCache } from "./connect-cache.ts";

/** Entries looked at; a larger cache is judged by so many. */
const maxEntries = 10_000;
const commandPatienceMs = 2000;

export type CachedRows = { readonly entries: number; readonly stale: number };

/**
 * Compares what the cache says with what the database says now. A difference is no loss: it goes with the entry's
 * time to live, and until then users are shown the past.
 */
export async function auditCache(
  place: CachePlace,
  client: Client,
  content: "items" | "bank",
): Promise<CachedRows> {
  const redis = connectCache(place.url, { commandTimeout: commandPatienceMs });
  try {
    const cached = await readEntries(redis, `${place.prefix}row:`);
    const truth = await currentRows(client, content, [...cached.keys()]);
    const stale = [...cached].filter(([row, text]) => stateOf(text, content) !== truth.get(row)).length;
    return { entries: cached.size, stale };
  } finally {
    redis.disconnect();
  }
}

async function readEntries(redis: Redis, prefix: string): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", `${prefix}*`, "COUNT", 500);
    cursor = next;
    if (keys.length === 0) continue;
    const texts = await redis.mget(...keys);
    for (const [index, key] of keys.entries()) {
      const text = texts[index];
      if (typeof text === "string") entries.set(key.slice(prefix.length), text);
    }
  } while (cursor !== "0" && entries.size < maxEntries);
  return entries;
}

async function currentRows(
  client: Client,
  content: "items" | "bank",
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const [table, column] = content === "items" ? ["item", "value"] : ["account", "balance_cents::text"];
  const { rows } = await client.query(
    `SELECT id::text AS id, ${column} AS state FROM ${table} WHERE id = ANY($1::bigint[])`,
    [ids],
  );
  return new Map(rows.map((row) => [String(row.id), String(row.state)]));
}

function stateOf(text: string, content: "items" | "bank"): string {
  const row = JSON.parse(text) as { readonly value?: string; readonly balance_cents?: string };
  return String(content === "items" ? row.value : row.balance_cents);
}
