import type { Clock } from "../../src/base/clock.ts";
import { BoundedQueue } from "../bounded-queue.ts";

/** Queries that may wait for the gate at once. */
export const maxWaitingQueries = 10_000;

/** Whoever calls back at a moment: the service clock, or a test's. */
export type Alarm = { at(atMs: number, callback: () => void): void };

export type GateOptions = { readonly limitPerSecond: number; readonly clock: Clock; readonly alarm: Alarm };

/** Begins a query at the moment the gate gave it, which may lie a little in the past. */
export type Begin = (atMs: number) => void;

/**
 * The limit of a database as service capacity: one line for all callers, first come first served, out of which a
 * query goes every 1 / limit seconds at most. How long the query itself then takes is not the gate's matter.
 * Offered more than its limit, the line grows to its bound, and further queries are refused.
 */
export class Gate {
  #gapMs: number;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #line = new BoundedQueue<{ readonly cameMs: number; readonly begin: Begin }>(maxWaitingQueries);
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #armed = false;

  constructor({ limitPerSecond, clock, alarm }: GateOptions) {
    this.#gapMs = 1000 / limitPerSecond;
    this.#clock = clock;
    this.#alarm = alarm;
  }

  /** The limit from now on. */
  setLimit(limitPerSecond: number): void {
    this.#gapMs = 1000 / limitPerSecond;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Calls `begin` when the query may start; false when the line is full. */
  enter(begin: Begin): boolean {
    if (!this.#line.push({ cameMs: this.#clock.nowMs(), begin })) return false;
    if (!this.#armed) this.#letThrough();
    return true;
  }

  /** Moments are counted from the line's own beat, not from when the process woke: waking late costs no capacity. */
  #letThrough(): void {
    const nowMs = this.#clock.nowMs();
    while (this.#freeAtMs <= nowMs) {
      const next = this.#line.shift();
      if (next === undefined) return;
      const startMs = Math.max(this.#freeAtMs, next.cameMs);
      this.#freeAtMs = startMs + this.#gapMs;
      next.begin(startMs);
    }
    if (this.#armed || this.#line.length === 0) return;
    this.#armed = true;
    this.#alarm.at(this.#freeAtMs, () => {
      this.#armed = false;
      this.#letThrough();
    });
  }
}
