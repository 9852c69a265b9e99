import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../src/measure/mock-messages.ts";
import { type DatabaseReply, lineReader, readReply, writeRequest } from "./protocol.ts";

/** How a request's queries went: `lost` when there is no connection, or it broke meanwhile. */
export type QueryOutcome = DatabaseReply["outcome"] | "lost";

const firstRetryMs = 50;
const longestRetryMs = 1000;

/**
 * One connection to the modelled database, made again with growing pauses for as long as `signal` isn't aborted.
 * Whoever asks bounds the number of requests under way (here: the service's slots).
 */
export class DatabaseClient {
  readonly #address: Address;
  readonly #signal: AbortSignal;
  readonly #underWay = new Map<number, (outcome: QueryOutcome) => void>();
  #socket: Socket | undefined;
  #nextId = 0;

  constructor(address: Address, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
  }

  /**
   * Stays connected until aborted.
   *
   * @param onFirst - called once, when the first connection stands
   */
  async stayConnected(onFirst: () => void): Promise<void> {
    let retryMs = firstRetryMs;
    let greet: (() => void) | undefined = onFirst;
    while (!this.#signal.aborted) {
      await this.#connection(() => {
        retryMs = firstRetryMs;
        greet?.();
        greet = undefined;
      });
      await sleep(retryMs, undefined, { signal: this.#signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  query(reads: number, writes: number, done: (outcome: QueryOutcome) => void): void {
    if (this.#socket === undefined) {
      done("lost");
      return;
    }
    const id = this.#nextId++;
    this.#underWay.set(id, done);
    this.#socket.write(writeRequest({ id, reads, writes }), "latin1");
  }

  /** Resolves when the connection is over. */
  #connection(onConnect: () => void): Promise<void> {
    return new Promise((resolve) => {
      const socket = createConnection({ ...this.#address, noDelay: true });
      const stop = () => socket.destroy();
      this.#signal.addEventListener("abort", stop, { once: true });
      socket.setEncoding("latin1");
      socket.on("connect", () => {
        this.#socket = socket;
        onConnect();
      });
      const read = lineReader((line) => this.#settle(line, socket));
      socket.on("data", (piece: string) => {
        if (!read(piece)) socket.destroy();
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#signal.removeEventListener("abort", stop);
        this.#lose();
        resolve();
      });
    });
  }

  #settle(line: string, socket: Socket): void {
    const reply = readReply(line);
    if (reply === undefined) {
      socket.destroy();
      return;
    }
    const done = this.#underWay.get(reply.id);
    this.#underWay.delete(reply.id);
    done?.(reply.outcome);
  }

  #lose(): void {
    this.#socket = undefined;
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const done of lost) done("lost");
  }
}
