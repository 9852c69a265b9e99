import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../../base/clock.ts";
import type { Timeline } from "../../../scenario/plan.ts";
import type { SplitNow } from "../../driver/messages.ts";
import type { EngineHealth, EngineTotals, LoadEngine } from "../engine.ts";
import type { Ledger } from "../http/ledger.ts";
import type { PlannedSplit } from "../http/planned-split.ts";
import { Pacer } from "./pacer.ts";
import type { Traffic } from "./traffic.ts";

export type PacedEngineParts = {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly split: PlannedSplit;
  /** @param afterAnswer - to be called after each request that has ended: the next may be due earlier now */
  readonly makeTraffic: (afterAnswer: (nowMs: number) => void) => Traffic;
};

/** So many requests go out in one go before answers are read again, when many are due at once. */
const maxPerTurn = 64;
const longestSleepMs = 3_600_000;
const drainCheckMs = 5;

/** Makes requests at their due times, whatever happens to the earlier ones. */
export class PacedEngine implements LoadEngine {
  readonly #parts: PacedEngineParts;
  readonly #traffic: Traffic;
  readonly #pacer: Pacer;
  readonly #stop = new AbortController();
  #endMs = Number.POSITIVE_INFINITY;
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parts: PacedEngineParts) {
    this.#parts = parts;
    this.#traffic = parts.makeTraffic((nowMs) => this.#afterAnswer(nowMs));
    this.#pacer = new Pacer(parts.clock, () => this.#turn());
  }

  async prepare(): Promise<void> {
    try {
      await Promise.all([this.#pacer.ready(), this.#traffic.prepare()]);
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async run(originMs: number): Promise<EngineTotals> {
    const { timeline, ledger, clock } = this.#parts;
    this.#endMs = originMs + timeline.durationMs;
    this.#traffic.begin({ startMs: originMs - timeline.warmUpMs, originMs, endMs: this.#endMs });
    this.#turn();
    await this.#sleepUntil(this.#endMs);
    this.#takeAllDueBefore(Math.min(this.#endMs, clock.nowMs()));
    this.#traffic.end();
    this.#endMs = Number.POSITIVE_INFINITY;
    this.#turn();
    await this.#drain(clock.nowMs() + timeline.graceMs);
    await this.#close();
    return ledger.totals();
  }

  stop(): void {
    this.#stop.abort();
  }

  setSplit(split: SplitNow): void {
    this.#parts.split.set(split);
  }

  takeHealth(): EngineHealth {
    const { connectionsOpen, queueLength } = this.#traffic;
    return { ...this.#parts.ledger.takeHealth(), connectionsOpen, queueLength };
  }

  /** Requests that are due don't wait for the next wake-up, and a user who asks again may be the next of all. */
  #afterAnswer(nowMs: number): void {
    const dueMs = this.#upcomingMs();
    if (dueMs <= nowMs) this.#turn();
    else if (dueMs < this.#nextDueMs) this.#wakeAt(dueMs);
  }

  #wakeAt(dueMs: number): void {
    this.#nextDueMs = dueMs;
    this.#pacer.wakeAt(dueMs);
  }

  #turn(): void {
    const { clock } = this.#parts;
    let nowMs = clock.nowMs();
    for (let count = 0; count < maxPerTurn && this.#upcomingMs() <= nowMs; count++) {
      this.#traffic.takeDue(nowMs);
      nowMs = clock.nowMs();
    }
    this.#wakeAt(this.#upcomingMs());
  }

  #upcomingMs(): number {
    const dueMs = this.#traffic.nextDueMs();
    return dueMs < this.#endMs ? dueMs : Number.POSITIVE_INFINITY;
  }

  /** What came due before the end belongs to the load, even where the pacer had not seen it yet. */
  #takeAllDueBefore(endMs: number): void {
    while (this.#traffic.nextDueMs() < endMs) this.#traffic.takeDue(this.#parts.clock.nowMs());
  }

  async #sleepUntil(moment: number): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (let leftMs = this.#leftMs(moment); leftMs > 0; leftMs = this.#leftMs(moment)) {
        await sleep(Math.min(leftMs, longestSleepMs), undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #leftMs(moment: number): number {
    return moment - this.#parts.clock.nowMs();
  }

  async #drain(untilMs: number): Promise<void> {
    while (this.#traffic.pending > 0 && this.#leftMs(untilMs) > 0) await sleep(drainCheckMs);
  }

  async #close(): Promise<void> {
    this.#traffic.settle(this.#parts.clock.nowMs());
    await this.#pacer.close();
  }
}
