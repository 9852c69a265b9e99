import { readFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { UserError } from "../base/errors.ts";

/** @throws UserError `scenario-unreadable` for a file that lies elsewhere */
export function besideScenario(directory: string, file: string): string {
  const path = resolve(directory, file);
  const inside = relative(resolve(directory), path);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw new UserError("scenario-unreadable", `${file} lies outside the scenario's directory`);
  }
  return path;
}

/**
 * @param what - the subject of the sentence that is thrown
 * @throws UserError `scenario-unreadable`
 */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError("scenario-unreadable", `${what} can't be read: ${reason}`);
  }
}
