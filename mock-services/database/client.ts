import type { Address } from "../../src/measure/mock-messages.ts";
import { keepConnected } from "../line-connection.ts";
import { type DatabaseReply, readReply, writeRequest } from "./protocol.ts";

/** How a request's queries went: `lost` when there is no connection, or it broke meanwhile. */
export type QueryOutcome = DatabaseReply["outcome"] | "lost";

/**
 * One connection to the modelled database, made again with growing pauses for as long as `signal` isn't aborted.
 * Whoever asks bounds the number of requests under way (here: the service's slots).
 */
export class DatabaseClient {
  readonly #address: Address;
  readonly #signal: AbortSignal;
  readonly #underWay = new Map<number, (outcome: QueryOutcome) => void>();
  #send: ((text: string) => void) | undefined;
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
    let greet: (() => void) | undefined = onFirst;
    const connected = (send: (text: string) => void) => {
      this.#send = send;
      greet?.();
      greet = undefined;
    };
    const talk = { connected, line: (line: string) => this.#settle(line), lost: () => this.#lose() };
    await keepConnected(this.#address, talk, this.#signal);
  }

  get isConnected(): boolean {
    return this.#send !== undefined;
  }

  query(reads: number, writes: number, done: (outcome: QueryOutcome) => void): void {
    if (this.#send === undefined) {
      done("lost");
      return;
    }
    const id = this.#nextId++;
    this.#underWay.set(id, done);
    this.#send(writeRequest({ id, reads, writes }));
  }

  /** @returns false where it is no reply */
  #settle(line: string): boolean {
    const reply = readReply(line);
    if (reply === undefined) return false;
    const done = this.#underWay.get(reply.id);
    this.#underWay.delete(reply.id);
    done?.(reply.outcome);
    return true;
  }

  #lose(): void {
    this.#send = undefined;
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const done of lost) done("lost");
  }
}
