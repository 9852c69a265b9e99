import { Redis } from "ioredis";
import type { CachePlace } from "../../src/measure/stores/store-places.ts";

const commandPatienceMs = 250;
const connectPatienceMs = 1000;
const firstRetryMs = 50;
const longestRetryMs = 1000;

/**
 * A Redis that a service can do without: what it can't answer in time is not in it. Commands are refused at once
 * while there is no connection, and the connection is made again with growing pauses.
 */
export class CacheClient {
  readonly #redis: Redis;
  readonly #ttlMs: number;
  /** Commands that failed or came too late. */
  failures = 0;

  constructor({ url, prefix }: CachePlace, ttlMs: number) {
    const password = process.env["REDIS_PASSWORD"];
    this.#ttlMs = ttlMs;
    this.#redis = new Redis(url, {
      keyPrefix: prefix,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: commandPatienceMs,
      connectTimeout: connectPatienceMs,
      retryStrategy: (tries) => Math.min(firstRetryMs * 2 ** Math.min(tries, 10), longestRetryMs),
      ...(password !== undefined && { password }),
    });
    this.#redis.on("error", () => undefined);
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#attempt(() => this.#redis.get(key))) ?? undefined;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#attempt(() => this.#redis.set(key, value, "PX", this.#ttlMs));
  }

  async forget(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#attempt(() => this.#redis.del(...keys));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    try {
      return await command();
    } catch {
      this.failures++;
      return undefined;
    }
  }
}
