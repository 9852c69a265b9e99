type Entry = { readonly atMs: number; readonly sequence: number; readonly callback: () => void };

/** Callbacks by their moment, equal moments in the order they came: a binary heap. */
export class DeadlineHeap {
  readonly #entries: Entry[] = [];
  #sequence = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The earliest moment; infinite when there is none. */
  get nextMs(): number {
    return this.#entries[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  push(atMs: number, callback: () => void): void {
    const entry = { atMs, sequence: this.#sequence++, callback };
    const entries = this.#entries;
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = entries[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      entries[place] = parent;
      place = above;
    }
    entries[place] = entry;
  }

  /** Takes out the earliest callback, if its moment is `atMs` or before. */
  popUntil(atMs: number): (() => void) | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.atMs > atMs) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first.callback;
  }

  /** Puts `entry` in place of the top. */
  #sink(entry: Entry): void {
    const entries = this.#entries;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = entries[left + 1];
      const onLeft = entries[left];
      if (onLeft === undefined) break;
      const rightFirst = right !== undefined && isBefore(right, onLeft);
      const child = rightFirst ? right : onLeft;
      if (!isBefore(child, entry)) break;
      entries[place] = child;
      place = rightFirst ? left + 1 : left;
    }
    entries[place] = entry;
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence);
}
