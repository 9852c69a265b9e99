import { byte, spells } from "./bytes.ts";
import type { WireFailure } from "./failure.ts";
import type { Head } from "./head.ts";
import { known } from "./known-header.ts";

/**
 * Settles how the body of a request ends, and checks all that its framing depends on.
 *
 * Source: RFC 9112 sections 3.2, 6.1 and 6.3, with its "ought to" taken as "must": a request that carries both
 * framing headers, or one of them twice, is refused and never mended.
 */
export function frameRequest(head: Head): WireFailure | undefined {
  const failure = readConnection(head) ?? readLengthAndEncoding(head);
  if (failure !== undefined) return failure;
  if (head.timesOf(known.host) !== 1 || !isHostValid(head)) return "bad-host";
  if (head.body === "until-close") head.body = "none";
  return undefined;
}

/**
 * Settles how the body of a response ends.
 *
 * @param answersHead - whether the request was a HEAD: its answer has no body, whatever its headers say
 *
 * Source: RFC 9112 section 6.3.
 */
export function frameResponse(head: Head, answersHead: boolean): WireFailure | undefined {
  const failure = readConnection(head) ?? readLengthAndEncoding(head);
  if (failure !== undefined) return failure;
  // A 204 that announces a body may well send it; what comes next would be taken for the next answer.
  if (head.status === 204 && (head.contentLength > 0 || head.body === "chunked")) head.keepAlive = false;
  if (answersHead || head.status < 200 || head.status === 204 || head.status === 304) head.body = "none";
  if (head.body === "until-close") head.keepAlive = false;
  return undefined;
}

function readLengthAndEncoding(head: Head): WireFailure | undefined {
  const lengths = head.timesOf(known.contentLength);
  const encodings = head.timesOf(known.transferEncoding);
  if (lengths === 0 && encodings === 0) {
    head.body = "until-close";
    return undefined;
  }
  if (lengths > 0 && encodings > 0) return "length-and-encoding";
  if (encodings > 0) {
    head.body = "chunked";
    const isChunked =
      encodings === 1 && head.minorVersion === 1 && isExactly(head, known.transferEncoding, "chunked");
    return isChunked ? undefined : "bad-transfer-encoding";
  }
  if (lengths > 1 || !readContentLength(head)) return "bad-content-length";
  head.body = head.contentLength === 0 ? "none" : "length";
  return undefined;
}

const maxLengthDigits = 15;

function readContentLength(head: Head): boolean {
  const index = head.indexOf(known.contentLength);
  const start = head.valueStart(index);
  const end = head.valueEnd(index);
  if (start === end || end - start > maxLengthDigits) return false;
  let length = 0;
  for (let at = start; at < end; at++) {
    const code = head.buffer[at] as number;
    if (code < byte.zero || code > byte.nine) return false;
    length = length * 10 + code - byte.zero;
  }
  head.contentLength = length;
  return true;
}

function isExactly(head: Head, id: (typeof known)[keyof typeof known], lowerValue: string): boolean {
  const index = head.indexOf(id);
  const start = head.valueStart(index);
  return head.valueEnd(index) - start === lowerValue.length && spells(head.buffer, start, lowerValue);
}

const framingNames: ReadonlySet<string> = new Set(["host", "content-length", "connection"]);

/** Connection's own words, and the header names it adds (RFC 9110 section 7.6.1). */
function readConnection(head: Head): WireFailure | undefined {
  head.keepAlive = head.minorVersion === 1;
  const times = head.timesOf(known.connection);
  if (times === 0) return undefined;
  if (times === 1 && isExactly(head, known.connection, "keep-alive")) {
    head.keepAlive = true;
    return undefined;
  }
  if (times === 1 && isExactly(head, known.connection, "close")) {
    head.keepAlive = false;
    return undefined;
  }
  const names: string[] = [];
  let asksToClose = false;
  for (let index = head.find("connection"); index !== -1; index = head.find("connection", index + 1)) {
    for (const part of head.valueAt(index).toLowerCase().split(",")) {
      const name = part.trim();
      if (name === "close") asksToClose = true;
      else if (name === "keep-alive") head.keepAlive = true;
      else if (framingNames.has(name)) return "bad-connection";
      else if (name !== "") names.push(name);
    }
  }
  if (asksToClose) head.keepAlive = false;
  head.connectionNames = names;
  return undefined;
}

/** `uri-host [":" port]`; anything that could be read as more than that is refused. */
const hostPattern = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+)(?::\d{0,5})?$/;

function isHostValid(head: Head): boolean {
  const index = head.indexOf(known.host);
  const start = head.valueStart(index);
  const end = head.valueEnd(index);
  for (let at = start; at < end; at++) {
    const code = head.buffer[at] as number;
    const isPlain =
      (code >= 0x61 && code <= 0x7a) || code === 0x2e || (code >= byte.zero && code <= byte.nine);
    if (!isPlain) return hostPattern.test(head.buffer.toString("latin1", start, end));
  }
  return end > start;
}
