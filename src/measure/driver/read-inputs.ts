import { readFileSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { UserError } from "../../base/errors.ts";
import { parseCsv } from "../../workload/csv.ts";
import { parseTrace } from "../../workload/trace.ts";
import type { EngineInputs } from "../engines/engine.ts";
import type { DriverPlan } from "./messages.ts";

/**
 * Reads the files that a plan names, all before the load begins.
 *
 * @throws UserError scenario-unreadable, or scenario-invalid when a trace or a column can't be used
 */
export function readInputs({ load }: DriverPlan, directory: string): EngineInputs {
  const tables = new Map<string, readonly (readonly string[])[]>();
  return {
    readColumn: (file, column) => {
      const table = tables.get(file) ?? parseCsv(readBeside(directory, file));
      tables.set(file, table);
      return columnOf(table, file, column);
    },
    trace:
      load.kind === "trace"
        ? parseTrace(basename(load.file), readBeside(directory, load.file), load.speed)
        : [],
  };
}

function columnOf(table: readonly (readonly string[])[], file: string, column: string): readonly string[] {
  const [header = [], ...rows] = table;
  const index = header.findIndex((name) => name.trim() === column);
  if (index === -1) {
    throw new UserError("scenario-invalid", `${file} has no column ${column}; it has ${header.join(", ")}`);
  }
  return rows.map((row) => row[index] ?? "");
}

/** Files are named relative to the scenario, and none outside its directory is read. */
function readBeside(directory: string, file: string): string {
  const path = resolve(directory, file);
  if (relative(resolve(directory), path).startsWith("..")) {
    throw new UserError("scenario-unreadable", `${file} lies outside the scenario's directory`);
  }
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError("scenario-unreadable", `${file} can't be read: ${reason}`);
  }
}
