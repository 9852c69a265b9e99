import type { PoolClient } from "pg";
import { invariant } from "../../src/base/invariant.ts";
import type { Version } from "../../src/base/version.ts";
import type { Content, ItemWrite, Write, Written } from "./content.ts";

/**
 * Rows that are read and overwritten. Each carries who wrote it and when by the writer's clock; the later write
 * wins, and of two at the same microsecond old's, so that two databases that saw the same writes in any order hold
 * the same. Old knows nothing of the column `note`, neither when it reads nor when it writes.
 */
export function itemsContent(version: Version): Content {
  const columns = version === "new" ? "value, note" : "value";
  return {
    read: async (client, id) => {
      const { rows } = await client.query({
        name: "read-item",
        text: `SELECT ${columns} FROM item WHERE id = $1`,
        values: [id],
      });
      return rows[0] === undefined ? undefined : JSON.stringify(rows[0]);
    },
    write: async (client, write) => await writeItem(client, asItem(write)),
    overwrite: async (client, write) => await overwriteItem(client, asItem(write)),
  };
}

async function writeItem(client: PoolClient, write: ItemWrite): Promise<Written> {
  const changed = [write.id];
  const { rowCount } = await client.query({
    name: `write-item-${write.by}`,
    text: `UPDATE item SET ${assignments(write)} WHERE id = $1 AND (written_at_us, written_by) < ($3, $4)`,
    values: valuesOf(write),
  });
  if (rowCount !== 0) return { outcome: "written", changed };
  const { rows } = await client.query({
    name: "is-item-ahead",
    text: "SELECT written_at_us > now_us() AS is_ahead FROM item WHERE id = $1",
    values: [write.id],
  });
  return { outcome: "superseded", changed, isLost: rows[0]?.is_ahead === true };
}

async function overwriteItem(client: PoolClient, write: ItemWrite): Promise<{ readonly lostLater: boolean }> {
  const { rows } = await client.query({
    name: `overwrite-item-${write.by}`,
    text: `WITH before AS (SELECT id, (written_at_us, written_by) > ($3, $4) AS later FROM item WHERE id = $1 FOR UPDATE)
      UPDATE item SET ${assignments(write)} FROM before WHERE item.id = before.id RETURNING before.later`,
    values: valuesOf(write),
  });
  return { lostLater: rows[0]?.later === true };
}

function assignments({ by }: ItemWrite): string {
  const known = "value = $2, written_at_us = $3, written_by = $4, stored_at_us = now_us()";
  return by === "new" ? `${known}, note = $5` : known;
}

function valuesOf({ id, value, atUs, by, note }: ItemWrite): unknown[] {
  return by === "new" ? [id, value, atUs, by, note] : [id, value, atUs, by];
}

function asItem(write: Write): ItemWrite {
  invariant(write.kind === "item", "only items are written here");
  return write;
}
