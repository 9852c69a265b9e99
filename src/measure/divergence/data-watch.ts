import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Client } from "pg";
import { systemClock } from "../../base/clock.ts";
import { formatCount } from "../../base/units.ts";
import { type PerVersion, versions } from "../../base/version.ts";
import type { Divergence, Ledger, StoreFigures } from "../../result/divergence-schema.ts";
import type { DivergenceReading } from "../../rollout/divergence-gate.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RunLog } from "../run-log.ts";
import type { Services } from "../services.ts";
import { connectionsNeeded } from "../stores/pools.ts";
import { connectClient } from "../stores/prepare-database.ts";
import type { RunStores } from "../stores/real-stores.ts";
import { auditBank, isSumRight } from "./bank-audit.ts";
import { auditCache } from "./cache-audit.ts";
import { DatabaseCheck } from "./database-check.ts";
import { MockBook, mockPids } from "./mock-book.ts";
import { readPostgres, readRedis, StoreTally } from "./store-watch.ts";

const checkEveryMs = 500;
/** What the servers did is read, and the findings are journalled, every so many rounds. */
const roundsPerReading = 2;
/** Reading all books takes longer, and is done where a gate asks for it. */
const roundsPerAudit = 4;
const commandPatienceMs = 1000;
/** How long after the load the databases may take to come together. */
const convergencePatienceMs = 15_000;
/** What has not come together in this time, with no second write due, stays apart. */
const stuckAfterMs = 3000;
/** Requests that nobody waits for any more may still be worked on, and book. */
const quietPatienceMs = 15_000;

type Watched = {
  readonly plan: RunPlan;
  readonly stores: RunStores;
  readonly services: Services;
  readonly log: RunLog;
};

/** Watches a run's real stores from beside: what they do, and whether the data of both versions is the same. */
export class DataWatch {
  readonly #on: Watched;
  readonly #check: DatabaseCheck;
  readonly #mocks: MockBook;
  readonly #ending = new AbortController();
  readonly #tallies = new Map<string, StoreTally>();
  readonly #redis: Redis | undefined;
  readonly #loop: Promise<void>;
  #clients: PerVersion<Client> | undefined;
  #sumChecks = 0;
  #sumsWrong = 0;
  #rounds = 0;
  /** As last read while the load went on; only where a gate asks. */
  #books: (Awaited<ReturnType<typeof auditBank>> & { readonly lost: number }) | undefined;
  readonly #isGated: boolean;
  #convergence: { readonly state: "converged" | "diverged"; readonly afterMs?: number } = {
    state: "diverged",
  };

  constructor(watched: Watched) {
    const { stores, services } = watched;
    this.#on = watched;
    this.#isGated = watched.plan.gates.some(({ metric }) => metric === "divergence.rows");
    this.#check = new DatabaseCheck(stores.plan.content, systemClock);
    this.#mocks = new MockBook(({ id, atEpochMs }) => {
      const atMs = systemClock.nowMs() - (Date.now() - atEpochMs);
      this.#check.known.add({ key: this.#check.keyOf(id), atMs });
    });
    services.mocks.onStats((stats, mock) => this.#mocks.take(stats, mock));
    this.#redis = stores.cache && connectRedis(stores.cache.url);
    this.#loop = this.#repeat(checkEveryMs, () => this.#round());
  }

  /** What is wrong with the data as of the last look; undefined before the first. */
  get reading(): DivergenceReading | undefined {
    const parts = [this.#databasesReading(), this.#booksReading()].filter((part) => part !== undefined);
    if (parts.length === 0) return undefined;
    return {
      rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      sentence: parts.map(({ sentence }) => sentence).join("; "),
    };
  }

  #databasesReading(): DivergenceReading | undefined {
    if (this.#on.stores.isShared || this.#check.checks === 0) return undefined;
    const { confirmed: rows } = this.#check.open;
    const checks = `${formatCount(this.#check.checks)} checks`;
    return {
      rows,
      sentence: `${formatCount(rows)} rows stay different between the databases after ${checks}`,
    };
  }

  #booksReading(): DivergenceReading | undefined {
    const books = this.#books;
    if (books === undefined) return undefined;
    const { bookings, wrongBookings, wrongAccounts, lost } = books;
    const rows = wrongBookings + wrongAccounts + lost + this.#sumsWrong;
    const all = formatCount(bookings.old + bookings.new);
    return {
      rows,
      sentence: `${formatCount(rows)} records of the bank don't add up, of ${all} bookings in the books`,
    };
  }

  /**
   * After the load: waits until the databases have come together, or clearly don't, and audits what is there. The
   * services must still run: their second writes may be under way. A run that was stopped waits for nothing.
   */
  async finish(stopped: AbortSignal): Promise<void> {
    const endMs = systemClock.nowMs();
    this.#ending.abort();
    await this.#loop;
    const pids = mockPids(this.#on.services.processes);
    const isQuiet = () => this.#mocks.hasHeardSince(endMs, pids) && this.#mocks.underWay(pids) === 0;
    await waitFor(() => stopped.aborted || isQuiet(), endMs + quietPatienceMs);
    if (!this.#on.stores.isShared) await this.#converge(endMs, stopped);
    const ledger = await this.#tolerant(() => this.#ledger());
    const cache = await this.#tolerant(() => this.#cachedRows());
    this.#journal({ ...(ledger !== undefined && { ledger }), ...(cache !== undefined && { cache }) });
  }

  /** Hangs up; to be called whatever happened before. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#loop;
    this.#redis?.disconnect();
    await this.#hangUp();
  }

  async #repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#tolerant(work);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { stores } = this.#on;
    const clients = await this.#connected();
    if (!stores.isShared) await this.#check.round(clients);
    if (stores.plan.content === "bank") await this.#checkSums(clients);
    if (this.#isGated && this.#rounds % roundsPerAudit === 0) await this.#auditBooks(clients);
    if (this.#rounds++ % roundsPerReading !== 0) return;
    await this.#readFigures(clients);
    this.#journal({});
  }

  /** While bookings go on: what was confirmed before the books are read must be in them. */
  async #auditBooks(clients: PerVersion<Client>): Promise<void> {
    if (this.#on.stores.plan.content !== "bank") return;
    const { acknowledged } = this.#mocks;
    const books = await auditBank(clients.old);
    const lost = versions.reduce(
      (sum, version) => sum + Math.max(0, acknowledged[version] - books.bookings[version]),
      0,
    );
    this.#books = { ...books, lost };
  }

  async #checkSums(clients: PerVersion<Client>): Promise<void> {
    for (const client of new Set([clients.old, clients.new])) {
      this.#sumChecks++;
      if (!(await isSumRight(client))) this.#sumsWrong++;
    }
  }

  async #readFigures(clients: PerVersion<Client>): Promise<void> {
    const atMs = systemClock.nowMs();
    for (const [name, client] of this.#namedClients(clients)) {
      this.#tally(name).add(await readPostgres(client, atMs));
    }
    if (this.#redis?.status === "ready") this.#tally("cache").add(await readRedis(this.#redis, atMs));
  }

  #namedClients(clients: PerVersion<Client>): readonly (readonly [string, Client])[] {
    if (this.#on.stores.isShared) return [["database", clients.old]];
    return [
      ["database-old", clients.old],
      ["database-new", clients.new],
    ];
  }

  #tally(name: string): StoreTally {
    const known = this.#tallies.get(name) ?? new StoreTally();
    this.#tallies.set(name, known);
    return known;
  }

  /** Until nothing differs and no second write is due; what doesn't change any more will not come together. */
  async #converge(endMs: number, stopped: AbortSignal): Promise<void> {
    let quietSinceMs = systemClock.nowMs();
    let before = "";
    while (!stopped.aborted && systemClock.nowMs() < endMs + convergencePatienceMs) {
      const startMs = systemClock.nowMs();
      const checked = await this.#tolerant(async () => {
        await this.#check.round(await this.#connected());
        return true;
      });
      const pids = mockPids(this.#on.services.processes);
      const waiting = this.#mocks.waiting(pids);
      const { all, confirmed } = this.#check.open;
      if (checked === true && all === 0 && waiting === 0) {
        this.#convergence = { state: "converged", afterMs: Math.max(0, startMs - endMs) };
        return;
      }
      const now = `${all} ${confirmed} ${waiting}`;
      if (now !== before || waiting > 0) quietSinceMs = startMs;
      before = now;
      if (startMs - quietSinceMs > stuckAfterMs && all === confirmed) return;
      await sleep(checkEveryMs);
    }
  }

  async #ledger(): Promise<Ledger | undefined> {
    if (this.#on.stores.plan.content !== "bank") return undefined;
    const clients = await this.#connected();
    await this.#checkSums(clients);
    // Taken before the books: what is confirmed meanwhile may not be in them.
    const { acknowledged } = this.#mocks;
    return {
      ...(await auditBank(clients.old)),
      sumChecks: this.#sumChecks,
      sumsWrong: this.#sumsWrong,
      acknowledged,
      uncertain: this.#mocks.uncertain,
    };
  }

  /** One cache holds both versions' rows only where they have one database. */
  async #cachedRows(): Promise<Divergence["cache"] | undefined> {
    const { stores } = this.#on;
    if (stores.cache === undefined || !stores.isShared) return undefined;
    return await auditCache(stores.cache, (await this.#connected()).old, stores.plan.content);
  }

  #journal(ended: Pick<Divergence, "ledger" | "cache">): void {
    const { stores, log, plan } = this.#on;
    const databases = {
      ...this.#check.summary(),
      convergence: this.#convergence,
      secondWrites: this.#mocks.secondWrites,
    };
    log.add({
      type: "divergence",
      divergence: {
        topology: stores.isShared ? "shared" : "separate",
        content: stores.plan.content,
        ...(!stores.isShared && { databases }),
        ...(stores.plan.content === "items" && { lostUpdates: this.#mocks.lostUpdates }),
        ...ended,
      },
    });
    log.add({
      type: "stores",
      stores: [...this.#tallies].map(([store, tally]) => this.#figures(store, tally, plan)),
    });
  }

  #figures(store: string, tally: StoreTally, plan: RunPlan): StoreFigures {
    const { hitRatio } = this.#mocks;
    return {
      store,
      ...tally.figures(),
      ...(store === "cache"
        ? hitRatio !== undefined && { hitRatio }
        : { connectionsLimit: this.#on.stores.maxConnections, connectionsNeeded: connectionsNeeded(plan) }),
    };
  }

  async #connected(): Promise<PerVersion<Client>> {
    if (this.#clients !== undefined) return this.#clients;
    const { stores } = this.#on;
    const old = await connectClient(stores.databases.old);
    this.#clients = { old, new: stores.isShared ? old : await connectClient(stores.databases.new) };
    return this.#clients;
  }

  /** A store that is away takes no part; the next round asks it again, over a new connection. */
  async #tolerant<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch {
      await this.#hangUp();
      return undefined;
    }
  }

  async #hangUp(): Promise<void> {
    const clients = this.#clients;
    this.#clients = undefined;
    if (clients === undefined) return;
    const distinct = [...new Set([clients.old, clients.new])];
    await Promise.all(distinct.map((client) => client.end().catch(() => undefined)));
  }
}

function connectRedis(url: string): Redis {
  const password = process.env["REDIS_PASSWORD"];
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandPatienceMs,
    ...(password !== undefined && { password }),
  });
  redis.on("error", () => undefined);
  return redis;
}

async function waitFor(condition: () => boolean, untilMs: number): Promise<void> {
  while (!condition() && systemClock.nowMs() < untilMs) await sleep(50);
}
