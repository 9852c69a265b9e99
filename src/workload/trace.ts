import { UserError } from "../base/errors.ts";
import { parseCsv } from "./csv.ts";

/** One recorded request: its time from the first one, and what it asked, where the trace tells. */
export type TraceEntry = {
  readonly atMs: number;
  readonly method: string | undefined;
  readonly path: string | undefined;
};

/**
 * Reads a trace for timed replay. CSV has a header line, NDJSON one object per line; both with one time column
 * out of `ms` and `seconds` (numbers on any axis) and `time` (ISO 8601), and optionally `method` and `path`.
 * Rows need not be sorted.
 *
 * @param name - the file's name: `.ndjson` and `.jsonl` are NDJSON, everything else CSV
 * @param speed - 2 replays twice as fast
 * @returns entries in time order, the first at 0
 * @throws UserError scenario-invalid with the place `name:line`
 */
export function parseTrace(name: string, text: string, speed: number): readonly TraceEntry[] {
  const isNdjson = /\.(ndjson|jsonl)$/i.test(name);
  const entries = (isNdjson ? ndjsonRecords(name, text) : csvRecords(text)).map((record) =>
    readEntry(name, record),
  );
  if (entries.length === 0) throw new UserError("scenario-invalid", `${name}: the trace has no requests`);
  entries.sort((left, right) => left.atMs - right.atMs);
  const firstMs = entries[0]?.atMs ?? 0;
  return entries.map((entry) => ({ ...entry, atMs: (entry.atMs - firstMs) / speed }));
}

type TraceRecord = { readonly line: number; readonly fields: Readonly<Record<string, unknown>> };

function csvRecords(text: string): readonly TraceRecord[] {
  const [header = [], ...rows] = parseCsv(text);
  const names = header.map((name) => name.trim());
  return rows.map((row, index) => ({
    line: index + 2,
    fields: Object.fromEntries(names.map((name, column) => [name, row[column]])),
  }));
}

function ndjsonRecords(name: string, text: string): readonly TraceRecord[] {
  const lines = text.split("\n").map((json, index) => ({ json: json.trim(), line: index + 1 }));
  return lines
    .filter(({ json }) => json !== "")
    .map(({ json, line }) => ({ line, fields: readObject(json, `${name}:${line}`) }));
}

function readObject(json: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // Told below, like any other value that is no object.
  }
  if (typeof value === "object" && value !== null) return { ...value };
  throw new UserError("scenario-invalid", `${place}: not a JSON object`);
}

function readEntry(name: string, { line, fields }: TraceRecord): TraceEntry {
  return {
    atMs: readTimeMs(`${name}:${line}`, fields),
    method: readText(fields["method"])?.toUpperCase(),
    path: readPath(`${name}:${line}`, fields["path"]),
  };
}

function readTimeMs(place: string, fields: TraceRecord["fields"]): number {
  const { ms, seconds, time } = fields;
  const atMs =
    ms !== undefined
      ? readNumber(ms)
      : seconds !== undefined
        ? readNumber(seconds) * 1000
        : Date.parse(readText(time) ?? "");
  if (Number.isFinite(atMs)) return atMs;
  throw new UserError(
    "scenario-invalid",
    `${place}: no readable time; name a column ms, seconds (numbers) or time (like 2026-01-31T12:00:00.5Z)`,
  );
}

/** It goes into the request line as it is, so nothing else may fit in. */
function readPath(place: string, value: unknown): string | undefined {
  const path = readText(value);
  if (path === undefined || /^\/[\x21-\x7e]*$/.test(path)) return path;
  throw new UserError(
    "scenario-invalid",
    `${place}: the path ${JSON.stringify(path)} must start with / and hold only printable ASCII without spaces`,
  );
}

function readNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
