import { randomStream, type Uniform } from "../../base/random.ts";
import type { StoresPlan } from "../../scenario/service-plan.ts";
import { ConnectionPools } from "./connection-pools.ts";
import { Database } from "./database.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind } from "./event-kind.ts";
import type { VersionIndex } from "./request-source.ts";
import { flag, phase, type RequestTable } from "./request-table.ts";
import { type DatabaseTrouble, noDatabaseTrouble } from "./store-trouble.ts";
import { errorClass } from "./tally.ts";

export type StoreSideOptions = {
  readonly seed: number;
  readonly database: NonNullable<StoresPlan["database"]>;
  readonly replicas: number;
  /** By server: its version, and how many processes it stands for. */
  readonly servers: readonly { readonly version: VersionIndex; readonly processes: number }[];
  readonly table: RequestTable;
  readonly heap: EventHeap;
  /** Takes every request whose queries are over; `error` is a place in `errorClasses`, or -1. */
  readonly done: (handle: number, nowMs: number, error: number) => void;
};

/** Pauses after which services try a lost database again. */
const firstRetryMs = 50;
const longestRetryMs = 1000;

/** Queries followed one by one: a connection out of the server's pool, the database's line, the query's own time. */
export class StoreSide {
  readonly database: Database;
  readonly #options: StoreSideOptions;
  readonly #pools: ConnectionPools | undefined;
  readonly #draw: Uniform;
  #trouble = noDatabaseTrouble;
  #hungUntilMs = Number.NEGATIVE_INFINITY;
  #lostUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: StoreSideOptions) {
    const { seed, database, replicas } = options;
    this.#options = options;
    this.database = new Database({ ...database, replicas }, randomStream(seed, "replicas"));
    this.#pools = database.real && poolsOf(options, database.real);
    this.#draw = randomStream(seed, "database-errors");
  }

  isReachable(nowMs: number): boolean {
    return nowMs >= this.#lostUntilMs;
  }

  /** A request begins its queries. */
  begin(handle: number, nowMs: number): void {
    const { table, done } = this.#options;
    if ((table.reads[handle] as number) + (table.writes[handle] as number) === 0) done(handle, nowMs, -1);
    else this.#next(handle, nowMs);
  }

  /** One of its queries is over. */
  queried(handle: number, nowMs: number): void {
    const { table, heap, done } = this.#options;
    if (this.#hungUntilMs > nowMs) {
      heap.push(this.#hungUntilMs, handle * 8 + kind.queried);
      return;
    }
    this.#release(table.server[handle] as number, nowMs);
    if (this.#happens(this.#trouble.resetShare)) done(handle, nowMs, errorClass.status500);
    else this.#next(handle, nowMs);
  }

  /** An event of a server's pool: somebody may have waited too long. */
  expire(server: number, nowMs: number): void {
    const handle = this.#pools?.expire(server, nowMs) ?? -1;
    if (handle >= 0) this.#options.done(handle, nowMs, errorClass.status503);
  }

  /** The processes of a server were killed. */
  reset(server: number): void {
    this.#pools?.reset(server);
  }

  /** Trouble of the database from now on. */
  disturb(trouble: DatabaseTrouble): void {
    this.#trouble = trouble;
    this.database.slow(trouble.slowFactor);
  }

  hang(untilMs: number): void {
    this.#hungUntilMs = untilMs;
  }

  /**
   * Every connection breaks, and what was asked on it has failed. Services try again after growing pauses.
   *
   * @param forMs - until it is started again
   */
  crash(nowMs: number, forMs: number): void {
    const { table, done } = this.#options;
    this.#lostUntilMs = reconnectMs(nowMs, nowMs + forMs);
    this.#pools?.resetAll();
    const end = table.highWater;
    for (let handle = 0; handle < end; handle++) {
      const isDead = ((table.flags[handle] as number) & flag.dead) !== 0;
      if (isDead || table.isFull) continue;
      if (table.phase[handle] === phase.pooling) done(handle, nowMs, errorClass.status500);
      else if (table.phase[handle] === phase.querying)
        done(table.replace(handle), nowMs, errorClass.status500);
    }
  }

  /** A request's queries follow one another: reads first. */
  #next(handle: number, nowMs: number): void {
    const { table, done } = this.#options;
    const isOver = (table.reads[handle] as number) + (table.writes[handle] as number) === 0;
    if (isOver) {
      done(handle, nowMs, this.#happens(this.#trouble.errorShare) ? errorClass.status500 : -1);
    } else if (!this.isReachable(nowMs)) {
      done(handle, nowMs, errorClass.status500);
    } else {
      this.#connect(handle, nowMs);
    }
  }

  #connect(handle: number, nowMs: number): void {
    const { table, done } = this.#options;
    const answer = this.#pools?.ask(handle, table.server[handle] as number, nowMs) ?? "granted";
    if (answer === "granted") this.#query(handle, nowMs);
    else if (answer === "waiting") table.phase[handle] = phase.pooling;
    else done(handle, nowMs, errorClass.status503);
  }

  #query(handle: number, nowMs: number): void {
    const { table, heap, database, done } = this.#options;
    const reads = table.reads[handle] as number;
    const isRead = reads > 0;
    const startMs = this.database.enter(table.version[handle] as VersionIndex, nowMs, isRead);
    if (startMs === Number.POSITIVE_INFINITY) {
      this.#release(table.server[handle] as number, nowMs);
      done(handle, nowMs, errorClass.status500);
      return;
    }
    if (isRead) table.reads[handle] = reads - 1;
    else table.writes[handle] = (table.writes[handle] as number) - 1;
    table.phase[handle] = phase.querying;
    const { slowFactor, delayMs, jitterMs } = this.#trouble;
    const ownMs = (isRead ? database.readMs : database.writeMs) * slowFactor;
    const lateMs = jitterMs === 0 ? delayMs : delayMs + jitterMs * (2 * this.#draw() - 1);
    heap.push(startMs + ownMs + lateMs, handle * 8 + kind.queried);
  }

  #happens(share: number): boolean {
    return share > 0 && this.#draw() <= share;
  }

  #release(server: number, nowMs: number): void {
    const next = this.#pools?.release(server, nowMs) ?? -1;
    if (next >= 0) this.#query(next, nowMs);
  }
}

/** The moment of the first try after a database is back. */
function reconnectMs(lostMs: number, backMs: number): number {
  if (backMs === Number.POSITIVE_INFINITY) return backMs;
  let atMs = lostMs;
  for (let pauseMs = firstRetryMs; atMs < backMs; pauseMs = Math.min(2 * pauseMs, longestRetryMs))
    atMs += pauseMs;
  return atMs;
}

type RealDatabase = NonNullable<NonNullable<StoresPlan["database"]>["real"]>;

function poolsOf(
  { database: { topology }, servers, table, heap }: StoreSideOptions,
  { poolSize, source }: RealDatabase,
): ConnectionPools {
  const sizes = {
    perServer: servers.map(({ processes }) => processes * poolSize),
    databases: servers.map(({ version }) => (topology === "shared" ? 0 : version)),
    maxConnections: source.kind === "spawn" ? source.maxConnections : Number.POSITIVE_INFINITY,
  };
  const payloadOf = (server: number) => (servers.length + server) * 8 + kind.tick;
  return new ConnectionPools(sizes, { table, heap, payloadOf });
}
