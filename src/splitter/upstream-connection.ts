import net from "node:net";
import type { WireFailure } from "../wire/failure.ts";
import type { Head } from "../wire/head.ts";
import type { WireLimits } from "../wire/limits.ts";
import { MessageParser } from "../wire/parser.ts";
import type { UpstreamAddress } from "./upstream-address.ts";

/** Why an upstream gave no complete answer. `closed` is before, `truncated` after the head of the answer. */
export type UpstreamFailure =
  | { readonly kind: "connect" | "closed" | "truncated"; readonly detail: string }
  | { readonly kind: "invalid"; readonly detail: WireFailure };

/** Who is told what comes back. The connection belongs to its user from `use` to `onEnd` or `onFailure`. */
export interface UpstreamUser {
  onConnect(): void;
  /** A head, interim (1xx) or final. Its bytes are true until the call returns; so are those of the body. */
  onHead(head: Head): void;
  onBody(buffer: Buffer, start: number, end: number): void;
  onTrailers(head: Head): void;
  /** The answer is complete. */
  onEnd(): void;
  /** After a 101: bytes of the new protocol. */
  onTunnelled(buffer: Buffer, start: number, end: number): void;
  onTunnelEnd(): void;
  onFailure(failure: UpstreamFailure): void;
  /** What was written has gone out; only after a write that gave `false`. */
  onDrain(): void;
  /** All that has been read so far has been told. */
  onFlush(): void;
  /** The upstream has just been found unhealthy. */
  onUpstreamOut(): void;
}

/** All connections read into one buffer: what is not passed on at once is copied by whoever keeps it. */
const sharedBytes = Buffer.allocUnsafeSlow(65_536);

/** One kept-alive connection to an upstream, used by one request at a time. */
export class UpstreamConnection {
  readonly address: UpstreamAddress;
  readonly socket: net.Socket;
  readonly parser: MessageParser;
  user: UpstreamUser | undefined;
  isConnected = false;
  isDestroyed = false;
  /** Whether it has carried a complete exchange before. */
  isReused = false;
  /** Whether a byte of an answer to the current request has come. */
  hasAnswered = false;
  readonly #onClosed: (connection: UpstreamConnection) => void;
  /** On the clock of `Deadlines`; since when it carries nothing. */
  idleSinceMs = 0;
  #isPaused = false;

  constructor(
    address: UpstreamAddress,
    reading: { readonly head: Head; readonly limits: WireLimits },
    onClosed: (connection: UpstreamConnection) => void,
  ) {
    this.address = address;
    this.parser = new MessageParser("response", reading.head, reading.limits);
    this.#onClosed = onClosed;
    this.socket = net.connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      allowHalfOpen: false,
      onread: { buffer: sharedBytes, callback: (length, buffer) => this.#onBytes(length, buffer as Buffer) },
    });
    this.socket.on("connect", () => this.#onConnect());
    this.socket.on("drain", () => this.user?.onDrain());
    this.socket.on("end", () => this.#onSenderEnd());
    this.socket.on("error", (error) => this.#fail(error.message));
    this.socket.on("close", () => this.#fail("the connection was closed"));
  }

  /** Gives up the connection; its user hears nothing more. */
  destroy(): void {
    this.user = undefined;
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.socket.destroy();
    this.#onClosed(this);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.socket.resume();
  }

  #onConnect(): void {
    this.isConnected = true;
    this.user?.onConnect();
  }

  /** @returns whether to go on reading */
  #onBytes(length: number, buffer: Buffer): boolean {
    const { parser } = this;
    if (this.user === undefined) {
      this.destroy(); // an answer that nobody asked for
      return false;
    }
    this.hasAnswered = true;
    parser.feed(buffer, length);
    this.#pull();
    this.user?.onFlush();
    parser.keepRest();
    return !this.#isPaused;
  }

  #pull(): void {
    const { parser } = this;
    while (this.user !== undefined) {
      switch (parser.next()) {
        case "head":
          this.user.onHead(parser.head);
          break;
        case "body":
          this.user.onBody(parser.buffer, parser.bodyStart, parser.bodyEnd);
          break;
        case "trailers":
          this.user.onTrailers(parser.head);
          break;
        case "end":
          this.user.onEnd();
          break;
        case "tunnel": {
          const rest = parser.takeRest();
          if (rest.length > 0) this.user.onTunnelled(rest, 0, rest.length);
          return;
        }
        case "failed":
          this.#failWith({ kind: "invalid", detail: parser.failure ?? "bad-header" });
          return;
        default:
          return;
      }
    }
  }

  #onSenderEnd(): void {
    const { user } = this;
    if (user === undefined) {
      this.destroy();
      return;
    }
    switch (this.parser.finish()) {
      case "end":
        user.onEnd();
        this.destroy();
        return;
      case "tunnel":
        user.onTunnelEnd();
        return;
      default:
        this.#fail("the upstream closed the connection");
    }
  }

  #fail(detail: string): void {
    if (this.isDestroyed) return;
    if (!this.isConnected) {
      this.#failWith({ kind: "connect", detail });
      return;
    }
    this.#failWith({ kind: this.hasAnswered ? "truncated" : "closed", detail });
  }

  #failWith(failure: UpstreamFailure): void {
    const { user } = this;
    this.destroy();
    user?.onFailure(failure);
  }
}
