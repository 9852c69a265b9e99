/** First in, first out, never longer than its bound; both ends cost the same however long it is. */
export class BoundedQueue<T> {
  readonly #bound: number;
  #items: (T | undefined)[] = [];
  #head = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** False when the queue is full; the item is then not in it. */
  push(item: T): boolean {
    if (this.length >= this.#bound) return false;
    this.#items.push(item);
    return true;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
