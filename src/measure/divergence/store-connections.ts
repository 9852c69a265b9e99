import type { Redis } from "ioredis";
import type { Client } from "pg";
import type { PerVersion } from "../../base/version.ts";
import { connectClient } from "../stores/prepare-database.ts";
import type { RunStores } from "../stores/real-stores.ts";
import { connectCache } from "./connect-cache.ts";

const commandPatienceMs = 1000;

/** Connections to a run's real stores beside those of its services, made when they are first needed. */
export class StoreConnections {
  readonly #stores: RunStores;
  readonly #redis: Redis | undefined;
  #clients: PerVersion<Client> | undefined;

  constructor(stores: RunStores) {
    this.#stores = stores;
    this.#redis =
      stores.cache &&
      connectCache(stores.cache.url, {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: commandPatienceMs,
      });
  }

  /** The cache, while it can be asked. */
  get cache(): Redis | undefined {
    return this.#redis?.status === "ready" ? this.#redis : undefined;
  }

  /**
   * Work on the databases of both versions, the same one twice where they share it. A store that is away takes no
   * part: that gives undefined, and the next work finds it over a new connection.
   */
  async attempt<T>(work: (clients: PerVersion<Client>) => Promise<T>): Promise<T | undefined> {
    try {
      return await work(await this.#connected());
    } catch {
      await this.#hangUp();
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#redis?.disconnect();
    await this.#hangUp();
  }

  async #connected(): Promise<PerVersion<Client>> {
    if (this.#clients !== undefined) return this.#clients;
    const { databases, isShared } = this.#stores;
    const old = await connectClient(databases.old);
    this.#clients = { old, new: isShared ? old : await connectClient(databases.new) };
    return this.#clients;
  }

  async #hangUp(): Promise<void> {
    const clients = this.#clients;
    this.#clients = undefined;
    if (clients === undefined) return;
    const distinct = [...new Set([clients.old, clients.new])];
    await Promise.all(distinct.map((client) => client.end().catch(() => undefined)));
  }
}
