import { byte, targetBytes, tokenBytes, valueBytes } from "./bytes.ts";
import type { Head } from "./head.ts";
import { incomplete, refuse } from "./parse-fields.ts";

const versionBytes = Buffer.from("HTTP/1.");
const versionLength = versionBytes.length + 1;

/**
 * Reads `method SP target SP HTTP/1.x CR LF`, after at most one empty line (RFC 9112 sections 2.2 and 3).
 *
 * @returns the offset behind the line, `incomplete` or `failed`
 */
export function parseRequestLine(head: Head, start: number, end: number): number {
  const { buffer } = head;
  let at = start;
  if (buffer[at] === byte.carriageReturn) {
    if (at + 1 === end) return incomplete;
    if (buffer[at + 1] !== byte.lineFeed) return refuse(head, "bad-line-end");
    at += 2;
  }
  const methodStart = at;
  while (at < end && tokenBytes[buffer[at] as number] === 1) at++;
  if (at === end) return incomplete;
  if (at === methodStart || buffer[at] !== byte.space) return refuse(head, "bad-start-line");
  head.method = methodName(buffer, methodStart, at);
  head.status = 0;
  head.targetStart = ++at;
  while (at < end && targetBytes[buffer[at] as number] === 1) at++;
  if (at === end) return incomplete;
  if (at === head.targetStart || buffer[at] !== byte.space) return refuse(head, "bad-start-line");
  head.targetEnd = at++;
  at = parseVersion(head, at, end);
  return at <= 0 ? at : parseLineEnd(head, at, end);
}

/**
 * Reads `HTTP/1.x SP status [SP reason] CR LF` (RFC 9112 section 4).
 *
 * @returns the offset behind the line, `incomplete` or `failed`
 */
export function parseStatusLine(head: Head, start: number, end: number): number {
  const { buffer } = head;
  let at = parseVersion(head, start, end);
  if (at <= 0) return at;
  if (at + 5 > end) return incomplete;
  const hundreds = (buffer[at + 1] as number) - byte.zero;
  const tens = (buffer[at + 2] as number) - byte.zero;
  const ones = (buffer[at + 3] as number) - byte.zero;
  if (buffer[at] !== byte.space || !isDigit(hundreds) || !isDigit(tens) || !isDigit(ones) || hundreds === 0) {
    return refuse(head, "bad-start-line");
  }
  head.method = "";
  head.status = hundreds * 100 + tens * 10 + ones;
  at += 4;
  if (buffer[at] === byte.space) at++;
  head.reasonStart = at;
  while (at < end && valueBytes[buffer[at] as number] === 1) at++;
  head.reasonEnd = at;
  if (head.reasonStart === at && buffer[at - 1] !== byte.space && buffer[at] !== byte.carriageReturn) {
    return at === end ? incomplete : refuse(head, "bad-start-line");
  }
  if (head.reasonEnd > head.reasonStart && buffer[head.reasonStart - 1] !== byte.space) {
    return refuse(head, "bad-start-line");
  }
  return parseLineEnd(head, at, end);
}

function parseVersion(head: Head, start: number, end: number): number {
  const { buffer } = head;
  const present = Math.min(versionBytes.length, end - start);
  for (let offset = 0; offset < present; offset++) {
    if (buffer[start + offset] !== versionBytes[offset]) {
      return refuse(head, offset < 5 ? "bad-start-line" : "bad-version");
    }
  }
  if (end - start < versionLength) return incomplete;
  const minor = (buffer[start + versionBytes.length] as number) - byte.zero;
  if (minor !== 0 && minor !== 1) return refuse(head, "bad-version");
  head.minorVersion = minor;
  return start + versionLength;
}

function parseLineEnd(head: Head, at: number, end: number): number {
  if (at === end) return incomplete;
  if (head.buffer[at] !== byte.carriageReturn) {
    return refuse(head, head.buffer[at] === byte.lineFeed ? "bad-line-end" : "bad-start-line");
  }
  if (at + 1 === end) return incomplete;
  return head.buffer[at + 1] === byte.lineFeed ? at + 2 : refuse(head, "bad-line-end");
}

function isDigit(digit: number): boolean {
  return digit >= 0 && digit <= 9;
}

/** The usual methods without making a string. */
function methodName(buffer: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 3 && buffer[start] === 0x47 && buffer[start + 1] === 0x45 && buffer[start + 2] === 0x54) {
    return "GET";
  }
  return buffer.toString("latin1", start, end);
}
