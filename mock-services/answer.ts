import { murmur3 } from "../src/base/random.ts";
import type { Version } from "../src/base/version.ts";
import { headerNames } from "../src/wire/headers.ts";

/** Bodies kept for the paths met first; more paths than this are made anew each time. */
const maxKeptBodies = 2048;
const maxKeptBytes = 64 * 1024 * 1024;

/** Where a request's time went inside the service, in ms. `serviceMs` includes the stores. */
export type Timing = {
  readonly queueMs: number;
  readonly serviceMs: number;
  readonly cache: "hit" | "miss" | undefined;
  /** Only of a real cache. */
  readonly cacheMs?: number | undefined;
  readonly databaseMs: number | undefined;
};

/** What a body tells. */
export type BodyContent = {
  readonly version: Version;
  readonly path: string;
  /** Further members of the object, each with a comma before it. */
  readonly fields?: string;
};

/**
 * The body for a path: JSON of exactly `bytes` bytes, the same for the same path and fields at any time, so that
 * what two versions answer can be compared. Where the object doesn't fit, it is a JSON text of that size; with
 * fields it is then longer.
 */
export function answerBody({ version, path, fields }: BodyContent, bytes: number): Buffer {
  const known = `{"version":"${version}","path":${JSON.stringify(path)},"item":${JSON.stringify(itemOf(path))}`;
  if (fields !== undefined) return paddedWithSpaces(`${known}${fields}}`, bytes);
  const pattern = murmur3(path, 0).toString(16).padStart(8, "0");
  const start = `${known},"padding":"`;
  const end = '"}\n';
  const paddingBytes = bytes - Buffer.byteLength(start) - Buffer.byteLength(end);
  if (paddingBytes < 0) return smallBody(bytes, pattern);
  const body = Buffer.alloc(bytes, pattern);
  body.write(start, 0);
  body.write(end, bytes - end.length);
  return body;
}

/** A padding of characters would itself differ, with the length of the fields; spaces after the object don't. */
function paddedWithSpaces(object: string, bytes: number): Buffer {
  const spaces = Math.max(0, bytes - Buffer.byteLength(object) - 1);
  return Buffer.from(`${object}${" ".repeat(spaces)}\n`);
}

function smallBody(bytes: number, pattern: string): Buffer {
  if (bytes < 2) return Buffer.alloc(bytes, "0");
  const body = Buffer.alloc(bytes, pattern);
  body.write('"', 0);
  body.write('"', bytes - 1);
  return body;
}

const fieldStarts = ['"item":"', '"path":"'].map((text) => Buffer.from(text));
const quote = 0x22;
const one = 0x31;
const two = 0x32;

/** The body with one character changed, of `item` or where that is empty of `path`; still JSON of that size. */
export function wrongBody(right: Buffer): Buffer {
  const wrong = Buffer.from(right);
  const at = placeToSpoil(right);
  if (right[at] !== quote) wrong[at] = right[at] === one ? two : one;
  return wrong;
}

function placeToSpoil(body: Buffer): number {
  for (const start of fieldStarts) {
    const at = body.indexOf(start) + start.length;
    if (at >= start.length && isPlain(body[at])) return at;
  }
  return body[0] === quote ? 1 : 0;
}

/** A letter, a digit or a slash: whatever stands in its place, the text stays JSON. */
function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9/]/.test(String.fromCharCode(byte));
}

/** The last part of the path, without the query. */
function itemOf(path: string): string {
  const end = path.indexOf("?");
  const plain = end === -1 ? path : path.slice(0, end);
  return plain.slice(plain.lastIndexOf("/") + 1);
}

/** `answerBody` for one size, keeping what it made. */
export function bodyStore(version: Version, bytes: number): (path: string) => Buffer {
  const bound = Math.min(maxKeptBodies, Math.floor(maxKeptBytes / Math.max(1, bytes)));
  const kept = new Map<string, Buffer>();
  return (path) => {
    const known = kept.get(path);
    if (known !== undefined) return known;
    const body = answerBody({ version, path }, bytes);
    if (kept.size < bound) kept.set(path, body);
    return body;
  };
}

/** A short JSON body that says what went wrong. */
export function problemBody(version: Version, problem: string): Buffer {
  return Buffer.from(`${JSON.stringify({ version, problem })}\n`);
}

/** The headers that every answer of a version begins with, as name, value, name, value. */
export function versionHeaders(version: Version, label: string): readonly string[] {
  return ["content-type", "application/json", headerNames.version, version, "x-version", headerSafe(label)];
}

/** A label as a header value: everything but printable ASCII becomes `?`. */
export function headerSafe(label: string): string {
  return label.replace(/[^\x20-\x7e]/g, "?").trim();
}

/** W3C Server-Timing: `queue;dur=0.012, service;dur=20.004, cache;desc=hit, db;dur=1.002`. */
export function serverTiming({ queueMs, serviceMs, cache, cacheMs, databaseMs }: Timing): string {
  const own = `queue;dur=${queueMs.toFixed(3)}, service;dur=${serviceMs.toFixed(3)}`;
  const cacheTime = cacheMs === undefined ? "" : `;dur=${cacheMs.toFixed(3)}`;
  const cachePart = cache === undefined ? "" : `, cache;desc=${cache}${cacheTime}`;
  return databaseMs === undefined ? own + cachePart : `${own}${cachePart}, db;dur=${databaseMs.toFixed(3)}`;
}
