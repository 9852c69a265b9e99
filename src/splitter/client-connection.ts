import type net from "node:net";
import type { Version } from "../base/version.ts";
import { wireFailures } from "../wire/failure.ts";
import type { Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import { MessageParser } from "../wire/parser.ts";
import type { SplitterContext } from "./context.ts";
import { copyFields } from "./copy-fields.ts";
import type { Deadlined } from "./deadlines.ts";
import { Exchange } from "./exchange.ts";
import type { Ruling } from "./flags/flag-rulings.ts";
import { isRefused, rewriteRequestHead } from "./request-head.ts";
import { statusLines } from "./status-lines.ts";

/** What is thrown away of a request whose answer has ended the connection. */
const maxLingerBytes = 1_048_576;

const noDeadline = Number.POSITIVE_INFINITY;

/**
 * A client's connection: requests are taken one at a time and answered in order. Whatever a pipelining client
 * sends beyond waits unread, most of it in the kernel.
 */
export class ClientConnection implements Deadlined {
  readonly socket: net.Socket;
  deadlineMs: number;
  readonly #context: SplitterContext;
  readonly #parser: MessageParser;
  readonly #onClosed: (connection: ClientConnection) => void;
  #exchange: Exchange | undefined;
  #receivedMs = 0;
  #isPulling = false;
  #isInHead = false;
  /** A request waits until it is known who answers it. */
  #isDeciding = false;
  #isSenderDone = false;
  #isEnding = false;
  #lingerBytes = 0;
  #trailers = "";

  constructor(
    socket: net.Socket,
    context: SplitterContext,
    onClosed: (connection: ClientConnection) => void,
  ) {
    this.socket = socket;
    this.#context = context;
    this.#onClosed = onClosed;
    this.#parser = new MessageParser("request", context.clientHead, context.limits.wire);
    this.deadlineMs = context.deadlines.nowMs + context.limits.idleTimeoutMs;
    context.deadlines.add(this);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onSenderEnd());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#onClose());
  }

  get isBusy(): boolean {
    return this.#exchange !== undefined || this.#isDeciding;
  }

  /** Sets the one deadline that this connection has. */
  waitAtMost(ms: number): void {
    this.deadlineMs = this.#context.deadlines.nowMs + ms;
  }

  /** Reads on where reading had stopped; for the exchange. */
  readOn(): void {
    if (this.socket.isPaused()) this.socket.resume();
    this.#pull();
    this.#pauseWithoutTaker();
  }

  onUpstreamDrain(): void {
    this.readOn();
  }

  /** From here on bytes are passed through; those that came early too. */
  startTunnel(): void {
    const rest = this.#parser.takeRest();
    if (rest.length > 0) this.#exchange?.sendTunnelled(rest);
    if (this.#isSenderDone) this.#exchange?.sendTunnelEnd();
    this.readOn();
  }

  /** The exchange is over. */
  exchangeEnded(keepAlive: boolean): void {
    const wasRequestDone = this.#exchange?.isRequestDone ?? true;
    this.#exchange = undefined;
    if (!keepAlive) {
      this.#end(wasRequestDone);
      return;
    }
    this.#waitForRequest();
    this.readOn();
  }

  /** An answer of the splitter's own. */
  reply(
    status: number,
    sentence: string,
    how: { readonly keepAlive: boolean; readonly version?: Version; readonly isHead?: boolean },
  ): void {
    const body = `${sentence}\n`;
    const version = how.version === undefined ? "" : `${headerNames.version}: ${how.version}\r\n`;
    const connection = how.keepAlive ? "" : "connection: close\r\n";
    const length = Buffer.byteLength(body);
    this.socket.write(
      `${statusLines.get(status) ?? "HTTP/1.1 500 Internal Server Error"}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
        `content-length: ${length}\r\n${version}${connection}\r\n${how.isHead ? "" : body}`,
    );
  }

  /** Breaks the connection, so that an unfinished answer can't be taken for a whole one. */
  abort(): void {
    this.#exchange = undefined;
    this.socket.resetAndDestroy();
  }

  onDeadline(): void {
    if (this.#exchange !== undefined) {
      this.#exchange.onDeadline();
      return;
    }
    if (this.#isEnding || this.#isDeciding || this.socket.writableNeedDrain) this.socket.destroy();
    else if (this.#isInHead) this.#refuse(408, "the head of the request took too long");
    else this.#end(true);
  }

  /** Ends the connection once it carries nothing; busy ones end with their answer. */
  drain(): void {
    if (!this.isBusy && !this.#isInHead) this.#end(true);
  }

  /** The time to drain is over. */
  giveUp(): void {
    if (this.#exchange === undefined) this.socket.destroy();
    else this.#exchange.giveUp();
  }

  #onData(chunk: Buffer): void {
    if (this.#isEnding) {
      this.#linger(chunk.length);
      return;
    }
    if (this.#exchange?.isTunnel) {
      if (!this.#exchange.sendTunnelled(chunk)) this.socket.pause();
      return;
    }
    this.#receivedMs = performance.now();
    this.#parser.feed(chunk);
    this.#pull();
    this.#pauseWithoutTaker();
  }

  #pauseWithoutTaker(): void {
    if (!this.#mayRead && !this.#parser.isBetweenMessages()) this.socket.pause();
  }

  #onDrain(): void {
    if (this.#exchange !== undefined) {
      this.#exchange.onClientDrain();
      return;
    }
    if (this.#isEnding || this.#isDeciding) return;
    this.#waitForRequest();
    this.readOn();
  }

  /** Whether the next bytes have a taker; a client that leaves its answers lying gets no further ones. */
  get #mayRead(): boolean {
    return this.#exchange?.wantsBody ?? !(this.#isDeciding || this.socket.writableNeedDrain);
  }

  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (!this.#isEnding && !this.socket.destroyed && this.#mayRead) {
      if (!this.#take()) break;
    }
    this.#isPulling = false;
  }

  /** @returns whether there may be more to read */
  #take(): boolean {
    const parser = this.#parser;
    switch (parser.next()) {
      case "head":
        this.#begin(parser.head);
        return true;
      case "body":
        this.#exchange?.sendBody(parser.buffer.subarray(parser.bodyStart, parser.bodyEnd));
        return true;
      case "trailers":
        this.#trailers = copyFields(parser.head, undefined);
        return true;
      case "end":
        this.#exchange?.sendEnd(this.#trailers);
        this.#trailers = "";
        return true;
      case "failed":
        this.#onBroken();
        return false;
      default:
        this.#onDataNeeded();
        return false;
    }
  }

  #begin(head: Head): void {
    this.#isInHead = false;
    const ruling = this.#context.router.rulingFor(head);
    if (typeof ruling === "string") this.#route(head, ruling);
    else void this.#hold(head.copy(), ruling);
  }

  /** The first request of a user waits until the flags have been asked. */
  async #hold(head: Head, ruling: Promise<Ruling>): Promise<void> {
    this.#isDeciding = true;
    const ruled = await ruling;
    this.#isDeciding = false;
    if (this.socket.destroyed) return;
    this.#route(head, ruled);
    this.readOn();
  }

  #route(head: Head, ruling: Ruling): void {
    const { router, comparer } = this.#context;
    const { method, minorVersion, keepAlive, contentLength, body } = head;
    const rewritten = rewriteRequestHead(head, this.#context);
    if (isRefused(rewritten)) {
      this.#refuse(rewritten.status, rewritten.sentence);
      return;
    }
    const { version, ordinal } = router.decide(head, ruling);
    const tap = comparer?.draft(head, version, ordinal);
    const marked = tap === undefined ? rewritten : comparer?.mark(rewritten, head);
    const draft = tap ?? this.#context.mirror?.draft(head, version, ordinal);
    const payload = body === "length" ? this.#payloadAtHand() : "";
    const isWhole = body === "none" || payload.length === contentLength;
    if (isWhole) this.#parser.next(); // the end
    const request = {
      ...(marked ?? rewritten),
      method,
      minorVersion,
      keepAlive,
      isChunked: body === "chunked",
      payload,
      isWhole,
      draft,
      tap,
      decided: version,
      receivedMs: this.#receivedMs,
    };
    this.#exchange = new Exchange(request, this, this.#context);
    this.#exchange.start();
  }

  /** What of the body came together with the head. */
  #payloadAtHand(): string {
    const parser = this.#parser;
    if (parser.next() !== "body") return "";
    return parser.buffer.toString("latin1", parser.bodyStart, parser.bodyEnd);
  }

  #onBroken(): void {
    const { status, sentence } = wireFailures[this.#parser.failure ?? "bad-header"];
    if (this.#exchange !== undefined) {
      this.#exchange.onRequestBroken(sentence);
      return;
    }
    this.#refuse(status, sentence);
  }

  #refuse(status: number, sentence: string): void {
    this.#context.counters.refused++;
    this.reply(status, sentence, { keepAlive: false });
    this.#end(false);
  }

  #onDataNeeded(): void {
    const isInHead = !this.#parser.isBetweenMessages();
    if (this.#isSenderDone) this.#onLastByteRead(isInHead);
    if (this.#exchange !== undefined || this.#isEnding) return;
    if (isInHead && !this.#isInHead) this.waitAtMost(this.#context.limits.headTimeoutMs);
    this.#isInHead = isInHead;
  }

  #waitForRequest(): void {
    const { idleTimeoutMs, stallTimeoutMs } = this.#context.limits;
    this.#isInHead = false;
    this.waitAtMost(this.socket.writableNeedDrain ? stallTimeoutMs : idleTimeoutMs);
  }

  #onSenderEnd(): void {
    this.#isSenderDone = true;
    if (this.#exchange?.isTunnel) this.#exchange.sendTunnelEnd();
    else this.#pull();
  }

  /** All that a client sent before it closed its side has been read: what is unfinished stays so. */
  #onLastByteRead(isInside: boolean): void {
    const { status, sentence } = wireFailures.truncated;
    if (this.#exchange !== undefined) this.#exchange.onRequestBroken(sentence);
    else if (isInside) this.#refuse(status, sentence);
    else this.#end(true);
  }

  /** Ends our side; while the client still sends, its bytes are thrown away, lest a reset destroy the answer. */
  #end(isRequestDone: boolean): void {
    const { limits } = this.#context;
    this.#isEnding = true;
    this.waitAtMost(this.socket.writableLength > 0 ? limits.stallTimeoutMs : limits.lingerMs);
    if (this.#isSenderDone || (isRequestDone && this.#parser.isBetweenMessages())) {
      this.socket.destroySoon();
      return;
    }
    this.socket.end();
    if (this.socket.isPaused()) this.socket.resume();
  }

  #linger(bytes: number): void {
    this.#lingerBytes += bytes;
    if (this.#lingerBytes > maxLingerBytes) this.socket.destroy();
  }

  #onClose(): void {
    this.deadlineMs = noDeadline;
    this.#context.deadlines.delete(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onClientGone();
    this.#onClosed(this);
  }
}
