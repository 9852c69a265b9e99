import { readFile } from "node:fs/promises";

/** The text of a file under /proc or /sys; undefined where there is none (another system, a process that ended). */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch {
    return undefined;
  }
}

/** Reads and parses; undefined when either gives nothing. */
export async function readParsed<T>(
  path: string,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : parse(text);
}
