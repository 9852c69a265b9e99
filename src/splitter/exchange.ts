import type { Head } from "../wire/head.ts";
import { AnswerRelay } from "./answer-relay.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { SplitterContext } from "./context.ts";
import { type ForwardedRequest, mayRepeat, writeEnd, writePiece } from "./forwarded-request.ts";
import type { FailureClass } from "./messages.ts";
import { RequestLedger } from "./request-ledger.ts";
import { hostLine } from "./upstream-address.ts";
import type { UpstreamConnection, UpstreamFailure, UpstreamUser } from "./upstream-connection.ts";
import type { Upstream, Waiting } from "./upstream-pool.ts";
import { writeBytes } from "./write-bytes.ts";

type Phase = "waiting" | "connecting" | "asking" | "answering" | "tunnel" | "done";

/** One request on its way to an upstream, and the answer on its way back. */
export class Exchange implements UpstreamUser, Waiting {
  readonly request: ForwardedRequest;
  readonly #client: ClientConnection;
  readonly #context: SplitterContext;
  #phase: Phase = "waiting";
  readonly #ledger: RequestLedger;
  #connection: UpstreamConnection | undefined;
  #isRequestDone: boolean;
  #isUpstreamCongested = false;
  #hasRetried = false;
  #hasSent = false;
  #forwardedMs = 0;
  readonly #answer: AnswerRelay;
  #status = 0;
  #keepsClient = false;

  constructor(request: ForwardedRequest, client: ClientConnection, context: SplitterContext) {
    this.request = request;
    this.#client = client;
    this.#context = context;
    this.#answer = new AnswerRelay(client.socket);
    this.#ledger = new RequestLedger(context, request.decided, request.receivedMs);
    this.#isRequestDone = request.isWhole;
  }

  /** Sends the request to the version that was decided, or where that one is out, to the other. */
  start(): void {
    if (this.#ledger.isServed()) {
      this.#attempt({ fresh: false });
      return;
    }
    if (!this.#moveToOther()) this.#fail("unavailable", 503, "neither version is healthy");
  }

  get isWaiting(): boolean {
    return this.#phase === "waiting";
  }

  /** Whether more of the request body may be read. */
  get wantsBody(): boolean {
    const isOpen = this.#phase === "asking" || this.#phase === "answering";
    return isOpen && !this.#isRequestDone && !this.#isUpstreamCongested;
  }

  get isRequestDone(): boolean {
    return this.#isRequestDone;
  }

  /** Whether another attempt can do no harm: nothing has left yet, or sending it twice means the same. */
  get #maySendAgain(): boolean {
    return !this.#hasSent || mayRepeat(this.request);
  }

  get isTunnel(): boolean {
    return this.#phase === "tunnel";
  }

  sendBody(piece: Buffer): void {
    const socket = this.#connection?.socket;
    if (socket === undefined) return;
    this.#client.waitAtMost(this.#context.limits.bodyTimeoutMs);
    this.#isUpstreamCongested = !writePiece(socket, this.request, piece);
  }

  /** @param trailers - the trailer fields with their CR LF, often empty */
  sendEnd(trailers: string): void {
    const { limits } = this.#context;
    if (this.#connection !== undefined) writeEnd(this.#connection.socket, this.request, trailers);
    this.#isRequestDone = true;
    this.#client.waitAtMost(this.#phase === "asking" ? limits.answerTimeoutMs : limits.stallTimeoutMs);
  }

  /** In a tunnel: what the client sends. @returns false when it should pause */
  sendTunnelled(piece: Buffer): boolean {
    this.#client.waitAtMost(this.#context.limits.idleTimeoutMs);
    this.#isUpstreamCongested = !(this.#connection?.socket.write(piece) ?? true);
    return !this.#isUpstreamCongested;
  }

  sendTunnelEnd(): void {
    this.#connection?.socket.end();
  }

  onPlace(): void {
    this.#attempt({ fresh: false });
  }

  onConnect(): void {
    if (this.#connection === undefined) return;
    this.#context.health.connected(this.#ledger.upstream);
    this.#send(this.#connection);
  }

  onHead(head: Head): void {
    if (head.status === 101) {
      this.#startTunnel(head);
      return;
    }
    if (head.status < 200) {
      if (this.request.minorVersion === 1) this.#answer.addInterimHead(head);
      return;
    }
    const { request } = this;
    const { counters, limits } = this.#context;
    const answeredMs = performance.now();
    const ownMs = this.#forwardedMs - request.receivedMs;
    counters.overhead.record(ownMs);
    this.#phase = "answering";
    this.#status = head.status;
    const body = this.#answer.chooseBody(head, request.minorVersion);
    this.#keepsClient =
      request.keepAlive && this.#isRequestDone && body !== "until-close" && !this.#context.isDraining();
    this.#client.waitAtMost(limits.stallTimeoutMs);
    request.tap?.answerHead(head, this.#ledger.version);
    this.#answer.addHead(head, {
      version: this.#ledger.version,
      keepAlive: this.#keepsClient,
      clientMinorVersion: request.minorVersion,
      splitterMs: ownMs,
      upstreamMs: answeredMs - this.#forwardedMs,
    });
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    this.#client.waitAtMost(this.#context.limits.stallTimeoutMs);
    this.request.tap?.answerBody(buffer, start, end);
    if (!this.#answer.addBody(buffer, start, end)) this.#connection?.pause();
  }

  onTrailers(head: Head): void {
    this.#answer.addTrailers(head);
  }

  onEnd(): void {
    const connection = this.#connection;
    this.#answer.finish();
    this.#connection = undefined;
    if (connection !== undefined) {
      if (this.#isRequestDone) this.#context.pools[this.#ledger.version].release(connection);
      else connection.destroy();
    }
    this.#phase = "done";
    this.#ledger.answered(this.#status);
    this.request.tap?.answerEnd();
    this.#client.exchangeEnded(this.#keepsClient && this.#isRequestDone);
  }

  onFlush(): void {
    this.#flush();
  }

  onTunnelled(buffer: Buffer, start: number, end: number): void {
    this.#client.waitAtMost(this.#context.limits.idleTimeoutMs);
    this.#flush();
    if (!writeBytes(this.#client.socket, buffer, start, end)) this.#connection?.pause();
  }

  onTunnelEnd(): void {
    this.#connection?.destroy();
    this.#phase = "done";
    this.#ledger.answered(this.#status);
    this.#client.exchangeEnded(false);
  }

  onFailure(failure: UpstreamFailure): void {
    const wasReused = this.#connection?.isReused ?? false;
    this.#connection = undefined;
    if (this.#phase === "tunnel") {
      this.onTunnelEnd();
      return;
    }
    if (this.#phase === "answering") {
      this.#abort(failure.kind === "invalid" ? "invalid" : "truncated");
      return;
    }
    if (failure.kind === "connect") {
      this.#onConnectFailure(failure.detail);
      return;
    }
    if (failure.kind === "closed" && wasReused && mayRepeat(this.request) && !this.#hasRetried) {
      this.#hasRetried = true;
      this.#ledger.retried();
      this.#attempt({ fresh: true });
      return;
    }
    const failureClass = failure.kind === "truncated" ? "closed" : failure.kind;
    this.#fail(failureClass, 502, `the upstream broke off before its answer: ${failure.detail}`);
  }

  /** Its upstream is held to be down while the answer is still out. */
  onUpstreamOut(): void {
    const mayMove = this.#phase === "asking" || this.#phase === "connecting";
    if (mayMove && this.#maySendAgain && !this.#connection?.hasAnswered) this.#moveToOther();
  }

  onDrain(): void {
    this.#isUpstreamCongested = false;
    this.#client.onUpstreamDrain();
  }

  /** The client has taken what was written. */
  onClientDrain(): void {
    this.#connection?.resume();
  }

  onDeadline(): void {
    const detail = "no answer in time";
    switch (this.#phase) {
      case "connecting": {
        this.#dropConnection();
        this.#onConnectFailure("no connection in time");
        return;
      }
      case "asking":
        if (!this.#isRequestDone) {
          this.#fail("client-error", 408, "the request body stalled");
          return;
        }
        this.#fail("timeout", 504, detail);
        return;
      case "answering":
        // Whoever is slow is to blame: what waits to be taken waits for the client.
        this.#abort(this.#client.socket.writableLength > 0 ? "client-error" : "timeout");
        return;
      case "tunnel":
        this.onTunnelEnd();
        return;
      default:
        this.#fail("unavailable", 503, "no free connection in time");
    }
  }

  /** What the client sends is no HTTP, or it closed inside the request. */
  onRequestBroken(sentence: string): void {
    if (this.#phase === "answering") {
      this.#abort("client-error");
      return;
    }
    this.#fail("client-error", 400, sentence);
  }

  /** The splitter stops and can't wait any longer. */
  giveUp(): void {
    this.#abort("unavailable");
  }

  onClientGone(): void {
    if (this.#phase === "done") return;
    this.#phase = "done";
    this.#ledger.failed("client-gone");
    this.request.tap?.answerFailed();
    this.#dropConnection();
  }

  #attempt(choice: { readonly fresh: boolean; readonly besides?: Upstream | undefined }): void {
    const pool = this.#context.pools[this.#ledger.version];
    const { limits } = this.#context;
    const connection = pool.acquire(this, { ...choice, maxIdleMs: this.#maxIdleMs });
    this.#connection = connection;
    this.#ledger.upstream = connection && pool.upstreamOf(connection);
    if (connection === undefined) {
      this.#phase = "waiting";
      this.#client.waitAtMost(limits.connectTimeoutMs);
      if (!pool.wait(this)) this.#fail("unavailable", 503, "too many requests wait for a connection");
    } else if (connection.isConnected) {
      this.#send(connection);
    } else {
      this.#phase = "connecting";
      this.#client.waitAtMost(limits.connectTimeoutMs);
    }
  }

  #send(connection: UpstreamConnection): void {
    const { request } = this;
    const { limits } = this.#context;
    this.#phase = "asking";
    connection.parser.answersHead = request.method === "HEAD";
    connection.parser.allowsUpgrade = request.asksUpgrade;
    this.#ledger.forwarded();
    this.#client.waitAtMost(this.#isRequestDone ? limits.answerTimeoutMs : limits.bodyTimeoutMs);
    const start = `${request.method} ${connection.address.basePath}${request.target} HTTP/1.1\r\n`;
    this.#forwardedMs = performance.now();
    const head = `${start}${hostLine(request, connection.address)}${request.fields}\r\n`;
    const goesOn = connection.socket.write(`${head}${request.payload}`, "latin1");
    this.#isUpstreamCongested = !goesOn;
    request.draft?.add(this.#hasSent ? "" : request.payload);
    this.#hasSent = true;
    if (this.#isRequestDone) request.draft?.send(request);
    else this.#client.readOn();
  }

  /** A connection that has long been idle may just be closing: what can't be repeated is not risked on it. */
  get #maxIdleMs(): number {
    return mayRepeat(this.request) ? Number.POSITIVE_INFINITY : this.#context.limits.unrepeatableIdleMs;
  }

  #startTunnel(head: Head): void {
    this.#phase = "tunnel";
    this.#status = 200; // an answer, in the counts
    this.request.tap?.answerFailed();
    this.#client.waitAtMost(this.#context.limits.idleTimeoutMs);
    this.#answer.addInterimHead(head);
    this.#flush();
    this.#client.startTunnel();
  }

  #flush(): void {
    if (!this.#answer.flush()) this.#connection?.pause();
  }

  /** The next address of the same version is tried, then the other version. */
  #onConnectFailure(detail: string): void {
    const { upstream, version } = this.#ledger;
    const { health, pools } = this.#context;
    health.connectFailed(version, upstream, detail);
    this.#ledger.connectFailed();
    const hasPeer = pools[version].upstreams.some((peer) => peer !== upstream && peer.isUsable);
    if (this.#maySendAgain && hasPeer && !this.#hasRetried) {
      this.#hasRetried = true;
      this.#attempt({ fresh: false, besides: upstream });
      return;
    }
    if (this.#maySendAgain && this.#moveToOther()) return;
    this.#fail("connect", 502, `the upstream can't be reached: ${detail}`);
  }

  #moveToOther(): boolean {
    if (!this.#ledger.move()) return false;
    this.#dropConnection();
    this.#attempt({ fresh: false });
    return true;
  }

  /** Answers for the upstream, where nothing of an answer has gone out. */
  #fail(failureClass: FailureClass, status: number, sentence: string): void {
    this.#dropConnection();
    this.#phase = "done";
    this.#ledger.failed(failureClass);
    this.request.tap?.answerFailed();
    const keepAlive = this.request.keepAlive && this.#isRequestDone && !this.#context.isDraining();
    this.#client.reply(status, sentence, {
      keepAlive,
      version: this.#ledger.version,
      isHead: this.request.method === "HEAD",
    });
    this.#client.exchangeEnded(keepAlive);
  }

  /** A part of the answer has gone out and the rest will not come: the client must not take it for whole. */
  #abort(failureClass: FailureClass): void {
    this.#dropConnection();
    this.#phase = "done";
    this.#ledger.failed(failureClass);
    this.request.tap?.answerFailed();
    this.#client.abort();
  }

  #dropConnection(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
  }
}
