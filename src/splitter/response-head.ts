import type { Version } from "../base/version.ts";
import type { BodyKind, Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import { known } from "../wire/known-header.ts";
import { copyFields } from "./copy-fields.ts";

/** How the answer is framed for this client: HTTP/1.0 knows no chunks, so its connection ends the body. */
export function clientBodyKind(head: Head, clientMinorVersion: number): BodyKind {
  if (head.body === "chunked" || head.body === "until-close") {
    return clientMinorVersion === 1 ? "chunked" : "until-close";
  }
  return head.body;
}

export type ResponseContext = {
  readonly version: Version;
  readonly body: BodyKind;
  readonly keepAlive: boolean;
  readonly clientMinorVersion: number;
  /** The splitter's own time, and from the request forwarded to the first byte back. */
  readonly splitterMs: number;
  readonly upstreamMs: number;
};

/** The head to send to the client, with the empty line. */
export function writeResponseHead(head: Head, context: ResponseContext): string {
  const { version, body, keepAlive, clientMinorVersion } = context;
  let text = `HTTP/1.1 ${head.status} ${head.reason()}\r\n${copyFields(head, headerNames.version)}`;
  if (body === "chunked") text += "transfer-encoding: chunked\r\n";
  else if (mayTellLength(head)) text += `content-length: ${head.contentLength}\r\n`;
  if (!keepAlive) text += "connection: close\r\n";
  else if (clientMinorVersion === 0) text += "connection: keep-alive\r\n";
  const splitter = milliseconds(context.splitterMs);
  const upstream = milliseconds(context.upstreamMs);
  return `${text}${headerNames.version}: ${version}\r\n${headerNames.serverTiming}: splitter;dur=${splitter}, upstream;dur=${upstream}\r\n\r\n`;
}

/** An interim answer, or with `protocol` a 101. */
export function writeInterimHead(head: Head): string {
  const start = `HTTP/1.1 ${head.status} ${head.reason()}\r\n${copyFields(head, undefined)}`;
  if (head.status !== 101) return `${start}\r\n`;
  const index = head.indexOf(known.upgrade);
  const protocol = index === -1 ? "" : `upgrade: ${head.valueAt(index)}\r\n`;
  return `${start}connection: upgrade\r\n${protocol}\r\n`;
}

/** RFC 9110 section 8.6: never in a 204; in answers to HEAD and in a 304 it tells of another message. */
function mayTellLength(head: Head): boolean {
  return head.contentLength >= 0 && head.status !== 204;
}

/** Whole microseconds, written as ms; several times as fast as `toFixed`. */
function milliseconds(ms: number): string {
  const microseconds = ms > 0 ? Math.round(ms * 1000) : 0;
  const whole = Math.floor(microseconds / 1000);
  const rest = microseconds - whole * 1000;
  return `${whole}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}
