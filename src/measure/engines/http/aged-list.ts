import type { Clock } from "../../../base/clock.ts";

/** What can stand in an `AgedList`, in one at a time. */
export interface Aged<Self> {
  /** Neighbours in the list that holds it. */
  previous: Self | undefined;
  next: Self | undefined;
  /** From when on its age in that list counts; NaN in none. */
  listedMs: number;
}

/**
 * Things in the order in which they were added, each for at most the same time: the oldest always stands
 * first, so one timer watches them all, and adding and removing cost the same for one as for 10,000.
 */
export class AgedList<Item extends Aged<Item>> {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #onTooOld: (item: Item, nowMs: number) => void;
  #first: Item | undefined;
  #last: Item | undefined;
  #timer: NodeJS.Timeout | undefined;
  #length = 0;

  /** @param onTooOld - is given one that has just been removed for its age */
  constructor(clock: Clock, maxAgeMs: number, onTooOld: (item: Item, nowMs: number) => void) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#onTooOld = onTooOld;
  }

  get length(): number {
    return this.#length;
  }

  get first(): Item | undefined {
    return this.#first;
  }

  add(item: Item, nowMs: number): void {
    item.listedMs = nowMs;
    item.previous = this.#last;
    item.next = undefined;
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    this.#length++;
    if (this.#timer === undefined) this.#arm(nowMs);
  }

  /** Does nothing when it is not listed any more. */
  remove(item: Item): void {
    if (Number.isNaN(item.listedMs)) return;
    item.listedMs = Number.NaN;
    const { previous, next } = item;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = item.next = undefined;
    this.#length--;
  }

  takeFirst(): Item | undefined {
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
