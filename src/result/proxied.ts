import type { RunResult } from "./schema.ts";

const prefix = "proxy-";

/** Before what fault proxies stood during a run, by name: `new`, `database`, `database-old`. */
export function proxiedNames({ resources }: Pick<RunResult, "resources">): readonly string[] {
  return resources.filter(({ role }) => role === "proxy").map(({ process }) => process.slice(prefix.length));
}
