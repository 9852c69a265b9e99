import { byte, tokenBytes, valueBytes } from "./bytes.ts";
import type { Head } from "./head.ts";
import { classifyHeader, known } from "./known-header.ts";
import type { WireLimits } from "./limits.ts";

/** What a part of a head came to, where it is not the offset behind that part. */
export const incomplete = 0;
export const failed = -1;

/**
 * Reads header lines up to and with the empty line.
 *
 * @returns the offset behind the empty line, `incomplete`, or `failed` with `head.failure` set
 *
 * Source: RFC 9112 sections 2.2 and 5. Folded lines, bare CR or LF and white space before the colon are
 * refused rather than mended: two readers might mend them differently.
 */
export function parseFields(head: Head, start: number, end: number, limits: WireLimits): number {
  const { buffer } = head;
  head.fieldsStart = start;
  let at = start;
  while (at < end) {
    if (buffer[at] === byte.carriageReturn) return endOfFields(head, at, end);
    const nameStart = at;
    while (at < end && tokenBytes[buffer[at] as number] === 1) at++;
    if (at === end) return incomplete;
    if (at === nameStart || buffer[at] !== byte.colon) return refuse(head, "bad-header");
    const nameEnd = at++;
    while (at < end && isBlank(buffer[at])) at++;
    const valueStart = at;
    while (at < end && valueBytes[buffer[at] as number] === 1) at++;
    if (at === end) return incomplete;
    if (buffer[at] !== byte.carriageReturn) {
      return refuse(head, buffer[at] === byte.lineFeed ? "bad-line-end" : "bad-header");
    }
    if (at + 1 === end) return incomplete;
    if (buffer[at + 1] !== byte.lineFeed) return refuse(head, "bad-header");
    let valueEnd = at;
    while (valueEnd > valueStart && isBlank(buffer[valueEnd - 1])) valueEnd--;
    at += 2;
    if (head.count === limits.maxHeaders) return refuse(head, "too-many-headers");
    const id = classifyHeader(buffer, nameStart, nameEnd);
    if (id === known.underscoreFraming) return refuse(head, "underscore-framing");
    head.add(id, nameStart, nameEnd, valueStart, valueEnd);
  }
  return incomplete;
}

/** `at` stands on the CR of what must be the empty line. */
function endOfFields(head: Head, at: number, end: number): number {
  if (at + 1 === end) return incomplete;
  if (head.buffer[at + 1] !== byte.lineFeed) return refuse(head, "bad-line-end");
  head.fieldsEnd = at;
  return at + 2;
}

function isBlank(value: number | undefined): boolean {
  return value === byte.space || value === byte.tab;
}

/** Notes why, and gives `failed`. */
export function refuse(head: Head, failure: NonNullable<Head["failure"]>): typeof failed {
  head.failure = failure;
  return failed;
}
