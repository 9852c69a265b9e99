const firstPauseMs = 10;
const longestPauseMs = 100;

/**
 * A pause after each failed attempt to connect, twice as long every time. It stays short: the moment at which
 * a target comes back is itself something to measure.
 */
export class Backoff {
  readonly #retry: () => void;
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;

  /** @param retry - called when a pause is over */
  constructor(retry: () => void) {
    this.#retry = retry;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  failed(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#retry();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  succeeded(): void {
    this.close();
    this.#pauseMs = firstPauseMs;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
