import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ProxiedConnection, type ProxyTerms } from "./connection.ts";
import { errorAnswer } from "./error-answers.ts";
import type { ProxyFault, StartProxy } from "./messages.ts";
import { Trouble } from "./trouble.ts";

/** Beyond these, callers are turned away. */
const maxConnections = 20_000;
const backlog = 4096;
/** The port was given back while connections were refused; somebody may hold it for a moment. */
const listenTries = 20;
const listenAgainMs = 100;

/** A TCP proxy before one service or store, which passes everything on but for the trouble that it is told to make. */
export class FaultProxy {
  readonly #server: Server;
  readonly #host: string;
  readonly #trouble: Trouble;
  readonly #terms: ProxyTerms;
  readonly #connections = new Set<ProxiedConnection>();
  #port: number;
  #isRefusing = false;

  private constructor({ seed, name, protocol, upstream, listen }: Omit<StartProxy, "type">) {
    this.#trouble = new Trouble(seed, name);
    this.#terms = { upstream, trouble: this.#trouble, errorAnswer: errorAnswer(protocol) };
    this.#host = listen.host;
    this.#port = listen.port;
    this.#server = createServer({ allowHalfOpen: true }, (caller) => this.#accept(caller));
    this.#server.maxConnections = maxConnections;
    // A connection that could not be accepted is its caller's to notice.
    this.#server.on("error", () => undefined);
  }

  /** @throws Error when it can't listen */
  static async start(start: Omit<StartProxy, "type">): Promise<FaultProxy> {
    const proxy = new FaultProxy(start);
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Replaces the trouble so far.
   *
   * @throws Error when it can't listen again after it has refused connections
   */
  async setFault(fault: ProxyFault): Promise<void> {
    this.#trouble.set(fault);
    const isRefusing = fault.isRefusing === true;
    if (isRefusing !== this.#isRefusing) {
      this.#isRefusing = isRefusing;
      await (isRefusing ? this.#close() : this.#listenAgain());
    }
    for (const connection of this.#connections) connection.wake();
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.#close();
  }

  #accept(caller: Socket): void {
    const connection = new ProxiedConnection(caller, this.#terms);
    this.#connections.add(connection);
    void connection.closed().then(() => this.#connections.delete(connection));
  }

  /** Nobody gets in, and whoever is in is thrown out. */
  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.reset();
    await closed;
  }

  async #listenAgain(): Promise<void> {
    for (let left = listenTries - 1; left > 0; left--) {
      try {
        return await this.#listen();
      } catch {
        await sleep(listenAgainMs);
      }
    }
    await this.#listen();
  }

  async #listen(): Promise<void> {
    const listening = Promise.withResolvers<void>();
    this.#server.once("error", listening.reject);
    this.#server.listen({ host: this.#host, port: this.#port, backlog }, listening.resolve);
    await listening.promise;
    this.#server.off("error", listening.reject);
    const bound = this.#server.address();
    if (typeof bound === "object" && bound !== null) this.#port = bound.port;
  }
}
