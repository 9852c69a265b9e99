import { byte } from "./bytes.ts";
import { ChunkLine } from "./chunk-line.ts";
import type { WireFailure } from "./failure.ts";
import { frameRequest, frameResponse } from "./framing.ts";
import type { Head } from "./head.ts";
import { known } from "./known-header.ts";
import type { WireLimits } from "./limits.ts";
import { failed, incomplete, parseFields } from "./parse-fields.ts";
import { parseRequestLine, parseStatusLine } from "./parse-start-line.ts";

/**
 * What `next` found:
 * - `need-data`: everything handed over is read; feed more.
 * - `head`: `head` is filled. A response below 200 (an interim one) is followed by another head, not by `end`.
 * - `body`: body bytes lie in `buffer` at `bodyStart` to `bodyEnd`, decoded of their chunks.
 * - `trailers`: `head` holds the trailer fields of a chunked body; only where there are any.
 * - `end`: the message is complete; the next call reads the next message.
 * - `tunnel`: after a 101; what follows is no HTTP. `takeRest` gives what has come of it.
 * - `failed`: `failure` says why. The parser stays in this state.
 */
export type WireEvent = "need-data" | "head" | "body" | "trailers" | "end" | "tunnel" | "failed";

type State =
  | "head"
  | "length"
  | "chunk-line"
  | "chunk"
  | "chunk-end"
  | "trailers"
  | "until-close"
  | "end"
  | "tunnel"
  | "failed";

const noBytes = Buffer.alloc(0);

/**
 * An incremental reader of HTTP/1.1 messages, for one direction of one connection. It is pulled: hand over
 * what a socket gave with `feed`, then call `next` until it asks for more. Nothing is copied except a head or
 * a trailer section that a cut left unfinished, which is at most `maxHeadBytes` long.
 *
 * ```ts
 * const parser = new MessageParser("response", new Head(limits), limits);
 * socket.on("data", (chunk) => {
 *   parser.feed(chunk);
 *   for (let event = parser.next(); event !== "need-data"; event = parser.next()) {
 *     if (event === "head") status = parser.head.status;
 *     else if (event === "body") bodyBytes += parser.bodyEnd - parser.bodyStart;
 *     else if (event === "end") done(status, bodyBytes, parser.keepAlive);
 *     else if (event === "failed") return broken(parser.failure);
 *   }
 * });
 * socket.on("end", () => parser.finish()); // "end" completes a close-delimited body, "failed" is a truncation
 * ```
 *
 * Before the answer to a HEAD request set `answersHead`; where a request asked for an upgrade set
 * `allowsUpgrade`. Both fall back to false at the `end`. Whoever stops calling `next` half-way (to hold a
 * pipelining client back, say) may go on later; the bytes wait here.
 *
 * Source: RFC 9112, read strictly: see `wireFailures` for all that is refused.
 */
export class MessageParser {
  readonly head: Head;
  failure: WireFailure | undefined;
  /** Where the bytes of a `body` event lie; true until the next call. */
  buffer: Buffer = noBytes;
  bodyStart = 0;
  bodyEnd = 0;
  /** Whether the connection may carry another message after the one that ended last. */
  keepAlive = true;
  /** Responses: whether the request was a HEAD. */
  answersHead = false;
  /** Responses: whether a 101 would be welcome. */
  allowsUpgrade = false;

  readonly #isRequest: boolean;
  readonly #limits: WireLimits;
  #state: State = "head";
  #at = 0;
  #end = 0;
  /** Bytes of the body or of the chunk still to come. */
  #remaining = 0;
  /** In an unfinished head: from here on the bytes have not been looked at. */
  #unseenFrom = 0;
  #chunkLine: ChunkLine | undefined;

  constructor(kind: "request" | "response", head: Head, limits: WireLimits) {
    this.#isRequest = kind === "request";
    this.head = head;
    this.#limits = limits;
  }

  /**
   * Hands over the next bytes of the connection: the first `length` of the chunk. They must stay unchanged
   * until they are read; who reuses the buffer calls `keepRest` first.
   */
  feed(chunk: Buffer, length = chunk.length): void {
    const pending = this.#end - this.#at;
    if (pending === 0) {
      this.buffer = chunk;
      this.#unseenFrom = 0;
      this.#end = length;
    } else {
      this.buffer = Buffer.concat([this.buffer.subarray(this.#at, this.#end), chunk.subarray(0, length)]);
      this.#unseenFrom = Math.max(0, this.#unseenFrom - this.#at);
      this.#end = pending + length;
    }
    this.#at = 0;
  }

  /** Copies what has not been read, so that the buffer fed last may be used again. */
  keepRest(): void {
    if (this.#at === this.#end) return;
    this.buffer = Buffer.from(this.buffer.subarray(this.#at, this.#end));
    this.#unseenFrom = Math.max(0, this.#unseenFrom - this.#at);
    this.#end -= this.#at;
    this.#at = 0;
  }

  /** Reads on. */
  next(): WireEvent {
    switch (this.#state) {
      case "head":
        return this.#nextHead();
      case "length":
        return this.#nextOfLength();
      case "until-close":
        return this.#at === this.#end ? this.#needData() : this.#bodyUpTo(this.#end);
      case "chunk":
        return this.#nextOfChunk();
      case "chunk-line":
        return this.#nextChunkLine();
      case "chunk-end":
        return this.#nextChunkEnd();
      case "trailers":
        return this.#nextTrailers();
      case "end":
        return this.#complete();
      default:
        return this.#state;
    }
  }

  /**
   * Tells that the sender closed. Everything fed must have been pulled before.
   *
   * @returns `end` where that completes a close-delimited body; `need-data` between two messages, where it is
   *   the usual end of a connection; else `failed`: the message is truncated
   */
  finish(): WireEvent {
    if (this.#state === "until-close") return this.#complete();
    if (this.#state === "tunnel" || this.#state === "failed") return this.#state;
    return this.isBetweenMessages() ? "need-data" : this.#fail("truncated");
  }

  /** Whether no byte of a next message has come. */
  isBetweenMessages(): boolean {
    return this.#state === "head" && this.#at === this.#end;
  }

  /** Takes the bytes that were fed and not read, and leaves none. */
  takeRest(): Buffer {
    const rest = this.buffer.subarray(this.#at, this.#end);
    this.#at = this.#end = 0;
    this.buffer = noBytes;
    return rest;
  }

  #nextHead(): WireEvent {
    if (this.#at === this.#end) return this.#needData();
    if (this.#unseenFrom > this.#at && !this.#hasNewLine()) return this.#waitForHead();
    const { head } = this;
    head.clear(this.buffer);
    const fields = this.#isRequest
      ? parseRequestLine(head, this.#at, this.#end)
      : parseStatusLine(head, this.#at, this.#end);
    const after = fields > 0 ? parseFields(head, fields, this.#end, this.#limits) : fields;
    if (after === incomplete) return this.#waitForHead();
    if (after === failed) return this.#fail(head.failure ?? "bad-header");
    if (after - this.#at > this.#limits.maxHeadBytes) return this.#fail("head-too-large");
    this.#at = after;
    return this.#frame(head);
  }

  #frame(head: Head): WireEvent {
    const failure = this.#isRequest ? frameRequest(head) : frameResponse(head, this.answersHead);
    if (failure !== undefined) return this.#fail(failure);
    this.keepAlive = head.keepAlive;
    if (head.status === 101) {
      if (!this.allowsUpgrade) return this.#fail("unasked-upgrade");
      this.#state = "tunnel";
    } else if (head.status >= 100 && head.status < 200) {
      this.#state = "head";
    } else if (head.body === "none") {
      this.#state = "end";
    } else if (head.body === "chunked") {
      this.#state = "chunk-line";
      this.#chunkLine ??= new ChunkLine();
      this.#chunkLine.reset();
    } else {
      this.#state = head.body;
      this.#remaining = head.contentLength;
    }
    return "head";
  }

  /** A head is parsed again from its start only when another line has ended, so cuts cost little. */
  #hasNewLine(): boolean {
    const at = this.buffer.indexOf(byte.lineFeed, this.#unseenFrom);
    return at !== -1 && at < this.#end;
  }

  #waitForHead(): WireEvent {
    if (this.#end - this.#at > this.#limits.maxHeadBytes) return this.#fail("head-too-large");
    this.#unseenFrom = this.#end;
    return "need-data";
  }

  #nextOfLength(): WireEvent {
    if (this.#remaining === 0) return this.#complete();
    if (this.#at === this.#end) return this.#needData();
    return this.#bodyUpTo(Math.min(this.#end, this.#at + this.#remaining));
  }

  #nextOfChunk(): WireEvent {
    if (this.#at === this.#end) return this.#needData();
    const event = this.#bodyUpTo(Math.min(this.#end, this.#at + this.#remaining));
    if (this.#remaining === 0) {
      this.#state = "chunk-end";
      this.#remaining = 2;
    }
    return event;
  }

  #bodyUpTo(end: number): WireEvent {
    this.bodyStart = this.#at;
    this.bodyEnd = end;
    this.#remaining -= end - this.#at;
    this.#at = end;
    return "body";
  }

  #nextChunkLine(): WireEvent {
    const line = this.#chunkLine;
    if (line === undefined || this.#at === this.#end) return this.#needData();
    const after = line.read(this.buffer, this.#at, this.#end, this.#limits.maxChunkLineBytes);
    if (after === -1) return this.#fail("bad-chunk");
    this.#at = after;
    if (!line.isWhole(this.buffer, after)) return this.#needData();
    this.#remaining = line.size;
    this.#state = line.size === 0 ? "trailers" : "chunk";
    line.reset();
    return this.next();
  }

  #nextChunkEnd(): WireEvent {
    while (this.#remaining > 0) {
      if (this.#at === this.#end) return this.#needData();
      const expected = this.#remaining === 2 ? byte.carriageReturn : byte.lineFeed;
      if (this.buffer[this.#at++] !== expected) return this.#fail("bad-chunk");
      this.#remaining--;
    }
    this.#state = "chunk-line";
    return this.#nextChunkLine();
  }

  #nextTrailers(): WireEvent {
    if (this.#at === this.#end) return this.#needData();
    if (this.#unseenFrom > this.#at && !this.#hasNewLine()) return this.#waitForHead();
    const { head } = this;
    head.clear(this.buffer);
    const after = parseFields(head, this.#at, this.#end, this.#limits);
    if (after === incomplete) return this.#waitForHead();
    if (after === failed || framesMessage(head)) return this.#fail("bad-trailer");
    if (after - this.#at > this.#limits.maxHeadBytes) return this.#fail("head-too-large");
    this.#at = after;
    if (head.count === 0) return this.#complete();
    this.#state = "end";
    return "trailers";
  }

  #complete(): WireEvent {
    this.#state = "head";
    this.#unseenFrom = this.#at;
    this.answersHead = false;
    this.allowsUpgrade = false;
    return "end";
  }

  #needData(): WireEvent {
    this.buffer = noBytes;
    this.#at = this.#end = 0;
    this.#unseenFrom = 0;
    return "need-data";
  }

  #fail(failure: WireFailure): WireEvent {
    this.failure = failure;
    this.#state = "failed";
    return "failed";
  }
}

/** RFC 9110 section 6.5.1: a trailer must not carry what frames or routes the message. */
function framesMessage(head: Head): boolean {
  return (
    head.timesOf(known.host) > 0 ||
    head.timesOf(known.contentLength) > 0 ||
    head.timesOf(known.transferEncoding) > 0 ||
    head.timesOf(known.connection) > 0
  );
}
