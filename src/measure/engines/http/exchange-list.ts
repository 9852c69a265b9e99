import type { Clock } from "../../../base/clock.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Exchanges in the order in which they were added, each for at most the same time: the oldest always stands
 * first, so one timer watches them all, and adding and removing cost the same for one as for 10,000.
 */
export class ExchangeList {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #onTooOld: (exchange: Exchange, nowMs: number) => void;
  #first: Exchange | undefined;
  #last: Exchange | undefined;
  #timer: NodeJS.Timeout | undefined;
  #length = 0;

  /** @param onTooOld - is given an exchange that has just been removed for its age */
  constructor(clock: Clock, maxAgeMs: number, onTooOld: (exchange: Exchange, nowMs: number) => void) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#onTooOld = onTooOld;
  }

  get length(): number {
    return this.#length;
  }

  get first(): Exchange | undefined {
    return this.#first;
  }

  add(exchange: Exchange, nowMs: number): void {
    exchange.listedMs = nowMs;
    exchange.previous = this.#last;
    exchange.next = undefined;
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    this.#length++;
    if (this.#timer === undefined) this.#arm(nowMs);
  }

  /** Does nothing when it is not listed any more. */
  remove(exchange: Exchange): void {
    if (Number.isNaN(exchange.listedMs)) return;
    exchange.listedMs = Number.NaN;
    const { previous, next } = exchange;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    exchange.previous = exchange.next = undefined;
    this.#length--;
  }

  takeFirst(): Exchange | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first);
    return first;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(nowMs: number): void {
    const first = this.#first;
    if (first === undefined) return;
    const leftMs = first.listedMs + this.#maxAgeMs - nowMs;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, Math.ceil(leftMs)));
  }

  #sweep(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    while (this.#first !== undefined && nowMs - this.#first.listedMs >= this.#maxAgeMs) {
      const tooOld = this.#first;
      this.remove(tooOld);
      this.#onTooOld(tooOld, nowMs);
    }
    if (this.#timer === undefined) this.#arm(nowMs);
  }
}
