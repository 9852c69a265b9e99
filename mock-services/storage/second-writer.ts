import { setTimeout as sleep } from "node:timers/promises";
import { murmur3, randomStream, type Uniform } from "../../src/base/random.ts";
import type { Version } from "../../src/base/version.ts";
import type { MadeDrift, SecondWriteStats, StorageFault } from "../../src/measure/stores/storage-messages.ts";
import { type DatabasePlace, secondWriterConnections } from "../../src/measure/stores/store-places.ts";
import { BoundedQueue } from "../bounded-queue.ts";
import type { Content, Write } from "./content.ts";
import { DatabasePool } from "./database-pool.ts";

/** Writes of one key always wait in the same lane, one behind the other; the lanes don't wait for each other. */
const lanes = 4;
const maxQueuedPerLane = 5000;
const maxTries = 10;
const firstRetryMs = 20;
const longestRetryMs = 1000;
/** How long a write that is to come out of order is held back, at most so many at once. */
const heldBackMs = 400;
const maxHeldBack = 1000;
const maxKeptLags = 2000;
const maxKeptDrifts = 1000;

type Waiting = { readonly write: Write; readonly queuedMs: number };

type Options = {
  readonly place: DatabasePlace;
  readonly content: Content;
  readonly seed: number;
  readonly version: Version;
  readonly replica: number;
};

/**
 * Repeats a service's writes in the other version's database, beside its requests: in order for each key, tried
 * again while the database can't be reached, out of a bounded queue. What it loses, by a fault or because the queue
 * is full, it tells: that is the truth that a checker is held to.
 */
export class SecondWriter {
  readonly #pool: DatabasePool;
  readonly #content: Content;
  readonly #draw: Uniform;
  readonly #lanes = Array.from({ length: lanes }, () => new BoundedQueue<Waiting>(maxQueuedPerLane));
  readonly #working = new Set<Promise<void>>();
  readonly #busy = new Set<number>();
  readonly #ending = new AbortController();
  readonly #counts = { queued: 0, applied: 0, superseded: 0, retried: 0, lost: 0 };
  #lagsMs: number[] = [];
  #drifts: MadeDrift[] = [];
  #heldBack = 0;
  #fault: StorageFault = {};

  constructor({ place, content, seed, version, replica }: Options) {
    this.#pool = new DatabasePool(place, secondWriterConnections);
    this.#content = content;
    this.#draw = randomStream(seed, `second-writes/${version}`, replica);
  }

  push(write: Write, key: string): void {
    const { lostShare = 0, reorderedShare = 0 } = this.#fault;
    const drawn = this.#draw();
    this.#counts.queued++;
    if (lostShare > 0 && drawn <= lostShare) this.#lose(write, "lost-write");
    else if (reorderedShare > 0 && drawn <= reorderedShare && this.#heldBack < maxHeldBack)
      this.#track(this.#holdBack(write));
    else this.#queue({ write, queuedMs: performance.now() }, murmur3(key, 0) % lanes);
  }

  setFault(fault: StorageFault): void {
    this.#fault = fault;
  }

  /** Lags and drifts since the last call, the rest since the start. */
  stats(): SecondWriteStats {
    const lagsMs = this.#lagsMs;
    const drifts = this.#drifts;
    this.#lagsMs = [];
    this.#drifts = [];
    const waiting =
      this.#lanes.reduce((sum, lane) => sum + lane.length, 0) + this.#busy.size + this.#heldBack;
    return { ...this.#counts, waiting, lagsMs, drifts };
  }

  async close(drainMs: number): Promise<void> {
    const late = setTimeout(() => this.#ending.abort(), drainMs);
    while (this.#working.size > 0) await Promise.all(this.#working);
    clearTimeout(late);
    await this.#pool.close();
  }

  #queue(waiting: Waiting, lane: number): void {
    if (this.#lanes[lane]?.push(waiting) !== true) this.#lose(waiting.write, "queue-full");
    else if (!this.#busy.has(lane)) this.#track(this.#workOff(lane));
  }

  async #workOff(lane: number): Promise<void> {
    this.#busy.add(lane);
    for (let next = this.#lanes[lane]?.shift(); next !== undefined; next = this.#lanes[lane]?.shift()) {
      await this.#waitFor(next.queuedMs + (this.#fault.lagMs ?? 0));
      await this.#apply(next);
    }
    this.#busy.delete(lane);
  }

  async #apply({ write, queuedMs }: Waiting): Promise<void> {
    let retryMs = firstRetryMs;
    for (let tries = 1; tries <= maxTries && !this.#ending.signal.aborted; tries++) {
      const answer = await this.#pool.call((client) => this.#content.write(client, write));
      if (answer.outcome === "ok") {
        if (answer.value.outcome === "written") this.#counts.applied++;
        else this.#counts.superseded++;
        if (this.#lagsMs.length < maxKeptLags) this.#lagsMs.push(performance.now() - queuedMs);
        return;
      }
      this.#counts.retried++;
      await this.#waitFor(performance.now() + retryMs);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
    this.#lose(write, "gave-up");
  }

  async #holdBack(write: Write): Promise<void> {
    this.#heldBack++;
    await this.#waitFor(performance.now() + heldBackMs);
    const answer = await this.#pool.call((client) => this.#content.overwrite(client, write));
    this.#heldBack--;
    if (answer.outcome !== "ok") this.#lose(write, "gave-up");
    else {
      this.#counts.applied++;
      if (answer.value.lostLater) this.#tell(write, "reordered");
    }
  }

  async #waitFor(untilMs: number): Promise<void> {
    const waitMs = untilMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }

  #lose(write: Write, cause: MadeDrift["cause"]): void {
    this.#counts.lost++;
    this.#tell(write, cause);
  }

  #tell({ id }: Write, cause: MadeDrift["cause"]): void {
    if (this.#drifts.length < maxKeptDrifts)
      this.#drifts.push({ id: String(id), atEpochMs: Date.now(), cause });
  }

  #track(work: Promise<void>): void {
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }
}
