import type net from "node:net";
import type { Version } from "../base/version.ts";
import type { AnswerTap, CopyDraft } from "./copy-draft.ts";
import type { RequestHead } from "./request-head.ts";

/** A request as it is forwarded, in the form it has on the wire (Latin-1). */
export type ForwardedRequest = RequestHead & {
  readonly method: string;
  readonly minorVersion: number;
  readonly keepAlive: boolean;
  readonly isChunked: boolean;
  /** The body, or its beginning. */
  readonly payload: string;
  /** Whether `payload` is all of it: only then can the request be sent again. */
  readonly isWhole: boolean;
  readonly decided: Version;
  readonly receivedMs: number;
  /** The copy for the mirror, where one is due. */
  readonly draft: CopyDraft | undefined;
  /** Is told the answer, where it is compared. */
  readonly tap: AnswerTap | undefined;
};

/** RFC 9110 section 9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Whether sending the request a second time is possible, and means the same as sending it once. */
export function mayRepeat(request: ForwardedRequest): boolean {
  return request.isWhole && idempotentMethods.has(request.method);
}

/** Sends a piece of the body on. @returns false when the upstream should be given time */
export function writePiece(socket: net.Socket, request: ForwardedRequest, piece: Buffer): boolean {
  if (request.draft !== undefined) request.draft.add(wireForm(request, piece));
  if (!request.isChunked) return socket.write(piece);
  socket.cork();
  socket.write(`${piece.length.toString(16)}\r\n`, "latin1");
  socket.write(piece);
  const goesOn = socket.write("\r\n", "latin1");
  socket.uncork();
  return goesOn;
}

/** Ends the body; the copy for the mirror is complete with it. */
export function writeEnd(socket: net.Socket, request: ForwardedRequest, trailers: string): void {
  if (request.isChunked) {
    const last = `0\r\n${trailers}\r\n`;
    socket.write(last, "latin1");
    request.draft?.add(last);
  }
  request.draft?.send(request);
}

function wireForm(request: ForwardedRequest, piece: Buffer): string {
  const bytes = piece.toString("latin1");
  return request.isChunked ? `${piece.length.toString(16)}\r\n${bytes}\r\n` : bytes;
}
