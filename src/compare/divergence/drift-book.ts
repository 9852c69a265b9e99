import type { RowDifference } from "./row.ts";

export type Drift = {
  readonly key: string;
  readonly kind: RowDifference["kind"];
  /** The first check that saw it, ms. */
  readonly sinceMs: number;
  /** The check that found it unchanged for long enough; undefined while it may still be a write under way. */
  readonly confirmedMs: number | undefined;
};

type Seen = { kind: RowDifference["kind"]; pair: string; sinceMs: number; confirmedMs: number | undefined };

/** Open differences kept at most; what comes on top is counted in each check and not followed. */
const maxOpen = 100_000;

/**
 * Tells differences that stay from writes that are only under way: a difference is confirmed when check after check
 * finds the same two states of the row for `settleMs`.
 */
export class DriftBook {
  readonly #settleMs: number;
  readonly #open = new Map<string, Seen>();
  #confirmed = 0;
  #oldestMs = 0;

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /**
   * Takes in a whole check of all tables.
   *
   * @returns what this check has confirmed
   */
  check(atMs: number, differences: readonly RowDifference[]): readonly Drift[] {
    const keys = new Set(differences.map(({ key }) => key));
    for (const key of this.#open.keys()) if (!keys.has(key)) this.#open.delete(key);
    return differences.flatMap((difference) => this.#see(atMs, difference) ?? []);
  }

  /** Differences of the last check, the oldest first. */
  get open(): readonly Drift[] {
    return [...this.#open]
      .map(([key, { kind, sinceMs, confirmedMs }]) => ({ key, kind, sinceMs, confirmedMs }))
      .toSorted((left, right) => left.sinceMs - right.sinceMs);
  }

  /** Confirmed in the whole run. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** How long the one that stayed longest was there, as far as the checks saw. */
  get oldestMs(): number {
    return this.#oldestMs;
  }

  #see(atMs: number, { key, kind, pair }: RowDifference): Drift | undefined {
    const seen = this.#open.get(key);
    if (seen === undefined || (seen.pair !== pair && seen.confirmedMs === undefined)) {
      if (this.#open.size < maxOpen || seen !== undefined)
        this.#open.set(key, { kind, pair, sinceMs: atMs, confirmedMs: undefined });
      return undefined;
    }
    // A row that was found to differ and still does has not come together in between.
    Object.assign(seen, { kind, pair });
    const ageMs = atMs - seen.sinceMs;
    if (seen.confirmedMs === undefined && ageMs < this.#settleMs) return undefined;
    this.#oldestMs = Math.max(this.#oldestMs, ageMs);
    if (seen.confirmedMs !== undefined) return undefined;
    seen.confirmedMs = atMs;
    this.#confirmed++;
    return { key, kind, sinceMs: seen.sinceMs, confirmedMs: atMs };
  }
}
