import { readFile } from "node:fs/promises";

export type UserIds = { readonly uid: number; readonly gid: number };

/** Tried in this order; the first is made by Debian's package, the second is on every system. */
const candidates = ["postgres", "nobody"] as const;

/**
 * Whom a server runs as: PostgreSQL refuses to be root, and no other needs it.
 *
 * @returns undefined where we are nobody special ourselves
 */
export async function unprivilegedUser(): Promise<UserIds | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
  for (const name of candidates) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields === undefined) continue;
    const [uid, gid] = [Number(fields[2]), Number(fields[3])];
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  }
  return undefined;
}
