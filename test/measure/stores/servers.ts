import { describe } from "vitest";
import { findProgram } from "../../../src/measure/stores/find-program.ts";

/** Why tests with real servers can't run here; undefined where they can. */
async function missingServers(): Promise<string | undefined> {
  try {
    for (const program of ["initdb", "postgres", "redis-server"] as const) await findProgram(program);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const missing = await missingServers();
if (missing !== undefined && process.env["CI"] !== undefined)
  throw new Error(`tests with real stores are required here: ${missing}`);

/** `describe`, or where the servers are not installed a skipped one whose name says so. */
export function describeWithServers(name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: ${missing})`, tests);
}
