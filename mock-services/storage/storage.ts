import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { murmur3, randomStream, type Uniform } from "../../src/base/random.ts";
import type { StorageFault, StorageStats } from "../../src/measure/stores/storage-messages.ts";
import type { Asked } from "../store-use.ts";
import type { StoreVisit } from "../stores.ts";
import { bankContent } from "./bank.ts";
import { CacheClient } from "./cache-client.ts";
import { type Content, keyOf, type Write } from "./content.ts";
import { DatabasePool } from "./database-pool.ts";
import { itemsContent } from "./items.ts";
import { type WriteRequest, writeMaker } from "./make-write.ts";
import { SecondWriter } from "./second-writer.ts";
import type { StorageSetup } from "./setup.ts";
import { WriteClock } from "./write-clock.ts";

export type StorageRequest = {
  readonly path: string;
  /** The request's own id, the same on its mirrored copy; without one, each call is another. */
  readonly id: string | undefined;
  /** Whether it may change anything: a GET doesn't, nor does the copy of a compared write. */
  readonly mayWrite: boolean;
};

export type StorageVisit = {
  readonly outcome: "ok" | "no-connection" | "database-lost";
  readonly cache: StoreVisit["cache"];
  readonly cacheMs: number | undefined;
  readonly databaseMs: number | undefined;
  readonly asked: Asked;
};

type Spent = { -readonly [what in keyof Asked]: number } & { cacheMs: number };

/**
 * A service's real stores. A request's reads go through the cache: what isn't in it is read from the database and
 * put there. A share of requests writes as well, to the service's own database; the rows that this changes leave
 * the cache. Where each version has its own database, the other's is written afterwards, beside the requests.
 */
export class Storage {
  readonly #setup: StorageSetup;
  readonly #pool: DatabasePool;
  readonly #cache: CacheClient | undefined;
  readonly #content: Content;
  readonly #secondWriter: SecondWriter | undefined;
  readonly #clock = new WriteClock();
  readonly #makeWrite: (request: WriteRequest) => Write;
  readonly #draw: Uniform;
  readonly #closing = new AbortController();
  #isComingBack = false;
  readonly #counts = {
    acknowledged: 0,
    uncertain: 0,
    superseded: 0,
    lostUpdates: 0,
    refused: 0,
  };

  constructor(setup: StorageSetup) {
    const { places, plan, cachePlan, version, seed, replica } = setup;
    this.#setup = setup;
    this.#pool = new DatabasePool(places.database, plan.poolSize);
    this.#cache = places.cache && cachePlan && new CacheClient(places.cache, cachePlan.ttlMs);
    this.#content = plan.content === "bank" ? bankContent(version) : itemsContent(version);
    this.#draw = randomStream(seed, `storage/${version}`, replica);
    this.#makeWrite = writeMaker({ plan, version, seed, replica, clock: this.#clock });
    this.#secondWriter =
      places.other &&
      new SecondWriter({ place: places.other, content: this.#content, seed, version, replica });
  }

  /** Tries until the database answers; a service is not ready before that. */
  async connect(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { outcome } = await this.#pool.call((client) => client.query("SELECT 1"));
      if (outcome === "ok") return;
      await sleep(connectAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Works off one request's reads and writes, one after another. Never throws. */
  async visit(request: StorageRequest): Promise<StorageVisit> {
    const spent: Spent = { lookups: 0, hits: 0, cacheMs: 0, reads: 0, writes: 0, databaseMs: 0 };
    const key = rowOf(request.path, this.#setup.plan.rows);
    const reads = wholeNumberAround(this.#setup.readsPerRequest, this.#draw);
    let outcome: StorageVisit["outcome"] = "ok";
    for (let read = 0; read < reads && outcome === "ok"; read++) {
      outcome = await this.#read(1 + ((key - 1 + read) % this.#setup.plan.rows), spent);
    }
    const writes = this.#draw() <= this.#setup.writeShare && request.mayWrite;
    if (writes && outcome === "ok") {
      outcome = await this.#write({ id: request.id ?? randomUUID(), key }, spent);
    }
    if (outcome !== "ok") this.#counts.refused++;
    if (outcome === "database-lost") this.#comeBack();
    const hasCache = this.#cache !== undefined;
    return {
      outcome,
      cache: !hasCache || reads === 0 ? undefined : spent.reads === 0 ? "hit" : "miss",
      cacheMs: hasCache ? spent.cacheMs : undefined,
      databaseMs: spent.databaseMs > 0 ? spent.databaseMs : undefined,
      asked: spent,
    };
  }

  get isReachable(): boolean {
    return this.#pool.isReachable;
  }

  /** As of now; second writes that were lost or found out of order are told once. */
  stats(): StorageStats {
    return {
      ...this.#counts,
      cacheFailures: this.#cache?.failures ?? 0,
      connections: this.#pool.connections,
      waiting: this.#pool.waiting,
      ...(this.#secondWriter !== undefined && { second: this.#secondWriter.stats() }),
    };
  }

  setFault(fault: StorageFault): void {
    this.#clock.setAhead(this.#setup.version === "new" ? (fault.clockAheadMs ?? 0) : 0);
    this.#secondWriter?.setFault(fault);
  }

  /** Finishes the second writes that are still due, for at most `drainMs`, and hangs up. */
  async close(drainMs: number): Promise<void> {
    this.#closing.abort();
    await this.#secondWriter?.close(drainMs);
    this.#cache?.close();
    await this.#pool.close();
  }

  /** While the health page says no, no request comes that would find the database there again. */
  #comeBack(): void {
    if (this.#isComingBack) return;
    this.#isComingBack = true;
    void this.connect(this.#closing.signal).finally(() => {
      this.#isComingBack = false;
    });
  }

  async #read(row: number, spent: Spent): Promise<StorageVisit["outcome"]> {
    const name = `row:${row}`;
    const askedMs = systemClock.nowMs();
    const cached = await this.#cache?.get(name);
    const gotMs = systemClock.nowMs();
    spent.cacheMs += gotMs - askedMs;
    if (this.#cache !== undefined) spent.lookups++;
    if (cached !== undefined) {
      spent.hits++;
      return "ok";
    }
    spent.reads++;
    const answer = await this.#pool.call((client) => this.#content.read(client, row));
    const readMs = systemClock.nowMs();
    spent.databaseMs += readMs - gotMs;
    if (answer.outcome !== "ok") return answer.outcome === "full" ? "no-connection" : "database-lost";
    if (answer.value !== undefined) await this.#cache?.set(name, answer.value);
    spent.cacheMs += systemClock.nowMs() - readMs;
    return "ok";
  }

  async #write(request: WriteRequest, spent: Spent): Promise<StorageVisit["outcome"]> {
    const write = this.#makeWrite(request);
    spent.writes++;
    const askedMs = systemClock.nowMs();
    const answer = await this.#pool.call((client) => this.#content.write(client, write));
    const writtenMs = systemClock.nowMs();
    spent.databaseMs += writtenMs - askedMs;
    if (answer.outcome !== "ok") {
      if (answer.outcome === "lost") this.#counts.uncertain++;
      return answer.outcome === "full" ? "no-connection" : "database-lost";
    }
    const { outcome, changed, isLost = false } = answer.value;
    if (outcome === "written") this.#counts.acknowledged++;
    else this.#counts.superseded++;
    if (isLost) this.#counts.lostUpdates++;
    this.#secondWriter?.push(write, keyOf(write));
    await this.#cache?.forget(changed.map((row) => `row:${row}`));
    spent.cacheMs += systemClock.nowMs() - writtenMs;
    return "ok";
  }
}

const connectAgainMs = 100;

/** The row that a path is about, from 1: the number it ends with, or its hash. */
function rowOf(path: string, rows: number): number {
  const digits = /\/(\d{1,15})(?:\?|$)/.exec(path)?.[1];
  return 1 + (digits === undefined ? murmur3(path, 0) % rows : (Number(digits) + rows - 1) % rows);
}

/** 2.3 → 2, or 3 in three cases out of ten. */
function wholeNumberAround(mean: number, uniform: Uniform): number {
  const whole = Math.floor(mean);
  return mean === whole ? whole : whole + (uniform() <= mean - whole ? 1 : 0);
}
