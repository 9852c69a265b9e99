import type { EventEmitter } from "node:events";
import { systemClock } from "../../../base/clock.ts";
import { headerNames } from "../../../wire/headers.ts";
import type { Exchange, PreparedRequest } from "../http/exchange.ts";
import { failureClass } from "../http/failure-class.ts";
import type { Ledger } from "../http/ledger.ts";
import { readServerTimingLine } from "../http/server-timing.ts";

/** What we use of autocannon's client: its events, the bytes it asks for before each request, its end. */
export type AutocannonClient = EventEmitter & {
  getRequestBuffer: () => Buffer;
  destroy: () => void;
};

export type ProbeOptions = {
  readonly ledger: Ledger;
  readonly nextRequest: () => PreparedRequest;
  readonly timeoutMs: number;
};

const nothing = Buffer.alloc(0);

/** One of autocannon's connections, with our own book of the request under way on it. */
export class ProbeConnection {
  readonly #client: AutocannonClient;
  readonly #options: ProbeOptions;
  #exchange: Exchange | undefined;
  #failure = "closed";
  #isFinishing = false;
  isOpen = false;

  constructor(client: AutocannonClient, options: ProbeOptions) {
    this.#client = client;
    this.#options = options;
    client.getRequestBuffer = () => this.#nextBytes();
    client.on("headers", (answer: AnswerHead) => this.#readHead(answer));
    client.on("response", (status: number) => this.#answered(status));
    client.on("connError", (error: unknown) => {
      this.#failure = failureClass(error);
      options.ledger.connectionFailed(this.#failure);
    });
  }

  get isBusy(): boolean {
    return this.#exchange !== undefined;
  }

  /** No request after the one under way. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#exchange === undefined) this.#client.destroy();
  }

  /** Ends now; a request still under way stays unfinished. */
  settle(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) this.#options.ledger.unfinished(exchange, systemClock.nowMs());
    this.#client.destroy();
  }

  /** autocannon asks for bytes again after an answer, and after it lost a connection, whose request is lost too. */
  #nextBytes(): Buffer {
    this.#bookLost();
    if (this.#isFinishing) return nothing;
    const { ledger, nextRequest } = this.#options;
    const request = nextRequest();
    const nowMs = systemClock.nowMs();
    const exchange = ledger.due(request, nowMs, nowMs);
    exchange.sentMs = nowMs;
    ledger.sent();
    this.#exchange = exchange;
    return Buffer.from(request.text, "latin1");
  }

  #bookLost(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    this.isOpen = false;
    const nowMs = systemClock.nowMs();
    const isTimeout = this.#failure === "closed" && nowMs - exchange.sentMs >= this.#options.timeoutMs;
    this.#options.ledger.broken(exchange, isTimeout ? "timeout" : this.#failure, nowMs);
    this.#failure = "closed";
  }

  #readHead({ headers }: AnswerHead): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.firstByteMs = systemClock.nowMs();
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = headers[index]?.toLowerCase();
      const value = headers[index + 1] ?? "";
      if (name === headerNames.version && (value === "old" || value === "new")) exchange.version = value;
      if (name !== headerNames.serverTiming) continue;
      const bytes = Buffer.from(value, "latin1");
      readServerTimingLine(bytes, 0, bytes.length, exchange);
    }
  }

  #answered(status: number): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined) return;
    if (!this.isOpen) this.#options.ledger.connectionsOpened++;
    this.isOpen = true;
    exchange.status = status;
    this.#options.ledger.answered(exchange, systemClock.nowMs());
    if (this.#isFinishing) this.#client.destroy();
  }
}

type AnswerHead = { readonly headers: readonly string[] };
