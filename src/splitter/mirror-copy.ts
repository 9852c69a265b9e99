import type { Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import type { CopiedRequest } from "./copy-draft.ts";
import type { Deadlined } from "./deadlines.ts";
import { hostLine } from "./upstream-address.ts";
import type { UpstreamConnection, UpstreamUser } from "./upstream-connection.ts";
import type { UpstreamPool } from "./upstream-pool.ts";

/** How a copy ended. */
export type CopyOutcome = "answered" | "failed" | "timedOut";

/** Is told the answer to a copy. */
export type CopyCapture = {
  head(head: Head): void;
  add(buffer: Buffer, start: number, end: number): void;
};

export type CopyListeners = {
  readonly onDone: (copy: MirrorCopy, outcome: CopyOutcome) => void;
  readonly capture?: CopyCapture;
  /** Destroys a connection whose copy is late, soon; at once where it is not given. */
  readonly breakOff?: (connection: UpstreamConnection) => void;
};

/** One copy on its way. Its answer is read to the end, so that the connection can be kept, and forgotten. */
export class MirrorCopy implements UpstreamUser, Deadlined {
  deadlineMs = Number.POSITIVE_INFINITY;
  /** On the clock of `performance.now()`. */
  startedMs = 0;
  /** Of the answer, once its head has come. */
  status = 0;
  readonly #request: CopiedRequest;
  readonly #payload: string;
  readonly #listeners: CopyListeners;
  #pool: UpstreamPool | undefined;
  #connection: UpstreamConnection | undefined;
  #isDone = false;

  constructor(request: CopiedRequest, payload: string, listeners: CopyListeners) {
    this.#request = request;
    this.#payload = payload;
    this.#listeners = listeners;
  }

  start(pool: UpstreamPool): void {
    if (this.#isDone) return;
    this.startedMs = performance.now();
    this.#pool = pool;
    const connection = pool.acquire(this, { fresh: false });
    this.#connection = connection;
    if (connection === undefined) this.#finish("failed");
    else if (connection.isConnected) this.#send(connection);
  }

  onConnect(): void {
    if (this.#connection !== undefined) this.#send(this.#connection);
  }

  onHead(head: Head): void {
    if (head.status === 101) {
      this.onFailure();
    } else if (head.status >= 200) {
      this.status = head.status;
      this.#listeners.capture?.head(head);
    }
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    this.#listeners.capture?.add(buffer, start, end);
  }

  onTrailers(): void {}
  onFlush(): void {}
  onTunnelled(): void {}
  onTunnelEnd(): void {}
  onDrain(): void {}
  onUpstreamOut(): void {}

  onEnd(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#pool?.release(connection);
    this.#finish("answered");
  }

  onFailure(): void {
    this.#drop();
    this.#finish("failed");
  }

  onDeadline(): void {
    const connection = this.#connection;
    const { breakOff } = this.#listeners;
    if (connection !== undefined && breakOff !== undefined) {
      this.#connection = undefined;
      connection.user = undefined;
      breakOff(connection);
    }
    this.#drop();
    this.#finish("timedOut");
  }

  #send(connection: UpstreamConnection): void {
    const { method, target, fields } = this.#request;
    const { address } = connection;
    connection.parser.answersHead = method === "HEAD";
    connection.parser.allowsUpgrade = false;
    connection.socket.write(
      `${method} ${address.basePath}${target} HTTP/1.1\r\n${hostLine(this.#request, address)}${fields}${headerNames.mirrored}: 1\r\n\r\n${this.#payload}`,
      "latin1",
    );
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
  }

  #finish(outcome: CopyOutcome): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#listeners.onDone(this, outcome);
  }
}
