/** Things with a due time; the earliest is always at hand. A binary heap. */
export class DueHeap<T extends { readonly dueMs: number }> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** The item's `dueMs` must not change while it is in here. */
  add(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt] as T;
      if (parent.dueMs <= item.dueMs) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  takeFirst(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  /** Puts an item in the place of the first and lets it sink to where it belongs. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (let childAt = 1; childAt < items.length; childAt = 2 * at + 1) {
      const right = items[childAt + 1];
      if (right !== undefined && right.dueMs < (items[childAt] as T).dueMs) childAt++;
      const child = items[childAt] as T;
      if (child.dueMs >= item.dueMs) break;
      items[at] = child;
      at = childAt;
    }
    items[at] = item;
  }
}
