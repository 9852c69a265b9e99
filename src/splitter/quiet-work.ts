/** Of what waits, so much is done in a turn without users' work, and so much in every turn when there is too much. */
const jobsPerQuietTurn = 4;
const jobsPerBusyTurn = 16;

/**
 * What can wait for users' requests: jobs are done in turns of the event loop that had no step of such a request,
 * or among them once so many wait that they would never catch up.
 */
export class QuietWork {
  readonly #maxHeldBack: number;
  readonly #usersSteps: () => number;
  readonly #waiting: (() => void)[] = [];
  #seenSteps = 0;

  /**
   * @param maxHeldBack - as many jobs wait for a quiet turn; with more, some are done in every turn
   * @param usersSteps - grows with every step of a user's request
   */
  constructor(maxHeldBack: number, usersSteps: () => number) {
    this.#maxHeldBack = maxHeldBack;
    this.#usersSteps = usersSteps;
  }

  add(job: () => void): void {
    this.#waiting.push(job);
    if (this.#waiting.length === 1) this.#lookAfterTurn();
  }

  #lookAfterTurn(): void {
    this.#seenSteps = this.#usersSteps();
    setImmediate(() => this.#onTurn());
  }

  #onTurn(): void {
    const isQuiet = this.#usersSteps() === this.#seenSteps;
    const isTooMuch = this.#waiting.length > this.#maxHeldBack;
    const jobs = isTooMuch ? jobsPerBusyTurn : isQuiet ? jobsPerQuietTurn : 0;
    for (const job of this.#waiting.splice(0, jobs)) job();
    if (this.#waiting.length > 0) this.#lookAfterTurn();
  }
}
