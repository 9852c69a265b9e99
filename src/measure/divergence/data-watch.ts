import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { systemClock } from "../../base/clock.ts";
import { formatCount } from "../../base/units.ts";
import type { PerVersion } from "../../base/version.ts";
import type { Divergence, StoreFigures } from "../../result/divergence-schema.ts";
import type { DivergenceReading } from "../../rollout/divergence-gate.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RunLog } from "../run-log.ts";
import type { Services } from "../services.ts";
import { connectionsNeeded } from "../stores/pools.ts";
import type { RunStores } from "../stores/real-stores.ts";
import { BankWatch } from "./bank-watch.ts";
import { auditCache } from "./cache-audit.ts";
import { DatabaseCheck } from "./database-check.ts";
import { MockBook, mockPids } from "./mock-book.ts";
import { StoreConnections } from "./store-connections.ts";
import { readPostgres, readRedis, StoreTally } from "./store-watch.ts";

const checkEveryMs = 500;
/** What the servers did is read, and the findings are journalled, every so many rounds. */
const roundsPerReading = 2;
/** Reading all books takes longer, and is done where a gate asks for it. */
const roundsPerAudit = 4;
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
  readonly #bank: BankWatch | undefined;
  readonly #connections: StoreConnections;
  readonly #loop: Promise<void>;
  readonly #isGated: boolean;
  #rounds = 0;
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
    this.#bank = stores.plan.content === "bank" ? new BankWatch(this.#mocks) : undefined;
    this.#connections = new StoreConnections(stores);
    this.#loop = this.#watch();
  }

  /** What is wrong with the data as of the last look; undefined before the first. */
  get reading(): DivergenceReading | undefined {
    const parts = [this.#databasesReading(), this.#bank?.reading].filter((part) => part !== undefined);
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
    const bank = this.#bank;
    const ledger = bank && (await this.#connections.attempt((clients) => bank.close(clients)));
    const cache = await this.#cachedRows();
    this.#journal({ ...(ledger !== undefined && { ledger }), ...(cache !== undefined && { cache }) });
  }

  /** Hangs up; to be called whatever happened before. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#loop;
    await this.#connections.close();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#connections.attempt((clients) => this.#round(clients));
      await sleep(checkEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(clients: PerVersion<Client>): Promise<void> {
    if (!this.#on.stores.isShared) await this.#check.round(clients);
    await this.#bank?.checkSums(clients);
    if (this.#isGated && this.#rounds % roundsPerAudit === 0) await this.#bank?.audit(clients);
    if (this.#rounds++ % roundsPerReading !== 0) return;
    await this.#readFigures(clients);
    this.#journal({});
  }

  async #readFigures(clients: PerVersion<Client>): Promise<void> {
    const atMs = systemClock.nowMs();
    for (const [name, client] of this.#namedClients(clients)) {
      this.#tally(name).add(await readPostgres(client, atMs));
    }
    const { cache } = this.#connections;
    if (cache !== undefined) this.#tally("cache").add(await readRedis(cache, atMs));
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
      const checked = await this.#connections.attempt(async (clients) => {
        await this.#check.round(clients);
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

  /** One cache holds both versions' rows only where they have one database. */
  async #cachedRows(): Promise<Divergence["cache"] | undefined> {
    const { cache, isShared, plan } = this.#on.stores;
    if (cache === undefined || !isShared) return undefined;
    return await this.#connections.attempt(({ old }) => auditCache(cache, old, plan.content));
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
    return {
      store,
      ...tally.figures(),
      ...(store !== "cache" && {
        connectionsLimit: this.#on.stores.maxConnections,
        connectionsNeeded: connectionsNeeded(plan),
      }),
    };
  }
}

async function waitFor(condition: () => boolean, untilMs: number): Promise<void> {
  while (!condition() && systemClock.nowMs() < untilMs) await sleep(50);
}
