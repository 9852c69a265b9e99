import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock } from "../../../base/clock.ts";
import { Head } from "../../../wire/head.ts";
import { headerNames } from "../../../wire/headers.ts";
import { defaultWireLimits } from "../../../wire/limits.ts";
import { MessageParser } from "../../../wire/parser.ts";
import type { Target } from "../../driver/messages.ts";
import type { Exchange } from "./exchange.ts";
import { failureClass } from "./failure-class.ts";
import { readServerTiming } from "./server-timing.ts";

/** Whoever a connection belongs to. */
export interface ConnectionOwner {
  opened(connection: Connection): void;
  /** The answer is complete and `exchange` free again; the connection may be used if it `isOpen`. */
  answered(connection: Connection, exchange: Exchange, nowMs: number): void;
  /**
   * It will never carry a request again.
   *
   * @param failure - its class; `closed` when the other side ended it in good order, `timeout` when its owner
   *   ended it for that
   * @param exchange - the one that was under way
   */
  closed(connection: Connection, failure: string, exchange: Exchange | undefined): void;
}

export type ConnectionOptions = {
  readonly target: Target;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly owner: ConnectionOwner;
};

/** The first letters of `new` and `old`. */
const letterN = 0x6e;
const letterO = 0x6f;

/** All sockets read into one buffer and one head: what they hold is used up before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const sharedHead = new Head(defaultWireLimits);

/** One keep-alive HTTP/1.1 connection that carries one request at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #parser = new MessageParser("response", sharedHead, defaultWireLimits);
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  #exchange: Exchange | undefined;
  #failure = "closed";
  #connectTimer: NodeJS.Timeout | undefined;
  /** Connected, and not known to be ending. */
  isOpen = false;
  hasOpened = false;
  /** For its owner: where it stands among the idle ones, -1 when it does not. */
  idleIndex = -1;

  constructor({ target, clock, connectTimeoutMs, owner }: ConnectionOptions) {
    this.#clock = clock;
    this.#owner = owner;
    this.#socket = openSocket(target, (bytes, buffer) => this.#read(bytes, buffer));
    this.#socket.once(target.tls === undefined ? "connect" : "secureConnect", () => this.#opened());
    this.#socket.on("error", (error) => this.fail(failureClass(error)));
    this.#socket.once("end", () => {
      this.isOpen = false;
    });
    this.#socket.once("close", () => this.#closed());
    this.#socket.resume();
    this.#connectTimer = setTimeout(() => this.fail("connect-timeout"), connectTimeoutMs);
  }

  /** Hands the request over; `sentMs` is set just before. */
  send(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.connection = this;
    this.#parser.answersHead = exchange.request.isHead;
    exchange.sentMs = this.#clock.nowMs();
    this.#socket.write(exchange.request.text, "latin1");
  }

  /** Ends the connection for this reason; its owner is told, with the request under way. */
  fail(failure: string): void {
    this.isOpen = false;
    // The first failure names the cause; what follows from it does not.
    if (this.#failure === "closed") this.#failure = failure;
    this.#socket.destroy();
  }

  /** Ends the connection because its request got no answer in time; from now on its owner has the request. */
  timeOut(): void {
    this.#exchange = undefined;
    this.fail("timeout");
  }

  /** Ends the connection; its owner has settled the request under way. */
  abandon(): void {
    this.#exchange = undefined;
    this.isOpen = false;
    this.#socket.destroy();
  }

  #opened(): void {
    clearTimeout(this.#connectTimer);
    this.isOpen = this.hasOpened = true;
    this.#owner.opened(this);
  }

  #closed(): void {
    clearTimeout(this.#connectTimer);
    this.isOpen = false;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined && this.#failure === "closed" && this.#parser.finish() === "end") {
      this.#owner.answered(this, exchange, this.#clock.nowMs());
      this.#owner.closed(this, "closed", undefined);
      return;
    }
    this.#owner.closed(this, this.#failure, exchange);
  }

  #read(length: number, buffer: Buffer): boolean {
    const exchange = this.#exchange;
    const nowMs = this.#clock.nowMs();
    if (exchange === undefined) {
      this.fail("unasked-answer");
      return true;
    }
    if (exchange.status === 0 && Number.isNaN(exchange.firstByteMs)) exchange.firstByteMs = nowMs;
    const parser = this.#parser;
    parser.feed(buffer.subarray(0, length));
    for (let event = parser.next(); ; event = parser.next()) {
      if (event === "head") this.#readHead(exchange);
      else if (event === "end") return this.#answered(exchange, nowMs);
      else if (event === "need-data") break;
      else if (event === "failed" || event === "tunnel") {
        this.fail(`bad-answer-${parser.failure ?? "tunnel"}`);
        return true;
      }
    }
    if (!parser.isBetweenMessages()) keepUnread(parser);
    return true;
  }

  #readHead(exchange: Exchange): void {
    const head = sharedHead;
    if (head.status < 200) return;
    exchange.status = head.status;
    const version = head.find(headerNames.version);
    if (version !== -1) {
      const letter = head.buffer[head.valueStart(version)];
      if (letter === letterN) exchange.version = "new";
      else if (letter === letterO) exchange.version = "old";
    }
    readServerTiming(head, exchange);
  }

  #answered(exchange: Exchange, nowMs: number): boolean {
    this.#exchange = undefined;
    if (!this.#parser.keepAlive) this.isOpen = false;
    else if (!this.#parser.isBetweenMessages()) this.fail("unasked-answer");
    if (!this.isOpen) this.#socket.destroy();
    this.#owner.answered(this, exchange, nowMs);
    return true;
  }
}

/** A cut inside a head leaves bytes unread in the shared buffer: they are copied out of it. */
function keepUnread(parser: MessageParser): void {
  const rest = parser.takeRest();
  if (rest.length > 0) parser.feed(Buffer.from(rest));
}

function openSocket(
  { host, port, tls }: Target,
  callback: (bytes: number, buffer: Buffer) => boolean,
): Socket {
  const onread = { buffer: readBuffer, callback: (bytes: number) => callback(bytes, readBuffer) };
  if (tls === undefined) return connectPlain({ host, port, noDelay: true, onread });
  const socket = connectTls({ host, port, servername: tls.servername, ...(tls.ca && { ca: tls.ca }) });
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => callback(chunk.length, chunk));
  return socket;
}
