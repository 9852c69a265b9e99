import { Pool, type PoolClient } from "pg";
import { clientSettings, type DatabasePlace } from "../../src/measure/stores/store-places.ts";

/** How a call of the database went: `full` when no connection was free in time, `lost` when it could not be asked. */
export type DatabaseOutcome<T> =
  | { readonly outcome: "ok"; readonly value: T }
  | { readonly outcome: "full" | "lost"; readonly reason: string };

const connectPatienceMs = 1000;
const statementPatienceMs = 5000;

/** PostgreSQL's own word for `max_connections` reached. Source: PostgreSQL manual, appendix A, class 53. */
const tooManyConnections = "53300";

/**
 * A bounded pool of connections. Whoever asks bounds the number of requests that wait for it (here: the service's
 * slots). A failure is an outcome, never an exception.
 */
export class DatabasePool {
  readonly #pool: Pool;
  #isReachable = false;

  constructor(place: DatabasePlace, size: number) {
    this.#pool = new Pool({
      ...clientSettings(place),
      max: size,
      connectionTimeoutMillis: connectPatienceMs,
      query_timeout: statementPatienceMs,
      statement_timeout: statementPatienceMs,
      idleTimeoutMillis: 0,
    });
    // A connection that breaks while nobody uses it; the next one is made when it is needed.
    this.#pool.on("error", () => undefined);
    // Nor does one that breaks under a query end the process: the query fails, which is an outcome.
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  get isReachable(): boolean {
    return this.#isReachable;
  }

  get connections(): number {
    return this.#pool.totalCount;
  }

  get waiting(): number {
    return this.#pool.waitingCount;
  }

  async call<T>(work: (client: PoolClient) => Promise<T>): Promise<DatabaseOutcome<T>> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      return this.#failed(error);
    }
    try {
      const value = await work(client);
      this.#isReachable = true;
      client.release();
      return { outcome: "ok", value };
    } catch (error) {
      // What the connection still has under way is unknown: it isn't used again.
      client.release(true);
      return this.#failed(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #failed(error: unknown): { readonly outcome: "full" | "lost"; readonly reason: string } {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = error instanceof Error ? error.message : String(error);
    const isFull =
      code === tooManyConnections ||
      (reason.includes("timeout exceeded when trying to connect") && this.#pool.totalCount > 0);
    if (!isFull) this.#isReachable = false;
    return { outcome: isFull ? "full" : "lost", reason };
  }
}
