import { randomStream } from "../../base/random.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RetryPlan } from "../../scenario/retry-plan.ts";
import { noRetry, RetryBudget, RetryRule } from "../../workload/retries.ts";
import type { RequestTable } from "./request-table.ts";
import { TimerRing } from "./timer-ring.ts";

/** What happened to requests by their retries, in the order of the columns; for each version. */
export const retryColumn = { retried: 0, recovered: 1, exhausted: 2, overBudget: 3, gaveUp: 4 } as const;
export const retryColumns = 5;

/**
 * The requests of clients that ask again, each with all its attempts. An attempt is a row of the request table, which
 * a server may go on working on when nobody waits for it any more; the request itself is what is kept here.
 */
export class RetryDesk {
  /** By version: `retryColumn` of requests that came due in the measured part. */
  readonly counts = new Float64Array(2 * retryColumns);
  /** The patience for a request with all its attempts. */
  readonly patience = new TimerRing();

  readonly plan: RetryPlan;
  readonly #table: RequestTable;
  readonly #rule: RetryRule;
  /** By request, with places used again: the attempt under way, how many there were before. */
  readonly #attempt: number[] = [];
  readonly #retries: number[] = [];
  readonly #serial: number[] = [];
  readonly #free: number[] = [];

  constructor(
    plan: RetryPlan,
    endpoints: RunPlan["endpoints"],
    parts: { table: RequestTable; seed: number },
  ) {
    this.plan = plan;
    this.#table = parts.table;
    this.#rule = new RetryRule(plan, {
      endpoints,
      uniform: randomStream(parts.seed, "retries/pauses"),
      budget: new RetryBudget(plan.budget),
    });
  }

  /** A request comes due as this first attempt. Bounded by the table, in which each has at least one row. */
  open(handle: number): void {
    const request = this.#free.pop() ?? this.#serial.push(0) - 1;
    this.#attempt[request] = handle;
    this.#retries[request] = 0;
    this.#table.request[handle] = request;
  }

  /** It is sent for the first time. */
  sent(handle: number, deadlineMs: number): void {
    const request = this.#requestOf(handle);
    this.#rule.earn();
    this.patience.push(deadlineMs, request, this.#serial[request] as number);
  }

  /** Another row stands for the attempt under way. */
  replace(handle: number): void {
    this.#attempt[this.#requestOf(handle)] = handle;
  }

  /**
   * Whether an attempt that has failed is followed by another.
   *
   * @returns the pause before it, ms; negative where there is none
   */
  pauseAfter(handle: number): number {
    const request = this.#requestOf(handle);
    const made = this.#retries[request] as number;
    const endpoint = this.#table.endpoint[handle] as number;
    const pauseMs = this.#rule.pauseAfterMs(endpoint, made, !this.#table.isFull);
    if (pauseMs >= 0) this.#retries[request] = made + 1;
    else if (pauseMs === noRetry.exhausted) this.#count(handle, retryColumn.exhausted);
    else if (pauseMs === noRetry.overBudget) this.#count(handle, retryColumn.overBudget);
    return pauseMs;
  }

  /** The pause is over, and the request is sent once more. */
  sentAgain(handle: number): void {
    this.#count(handle, retryColumn.retried);
  }

  /** The request is over. */
  close(handle: number, isWell: boolean): void {
    const request = this.#requestOf(handle);
    if (isWell && (this.#retries[request] as number) > 0) this.#count(handle, retryColumn.recovered);
    this.#serial[request] = (this.#serial[request] as number) + 1;
    this.#free.push(request);
  }

  /** The oldest patience ends. @returns the attempt under way of a request that is given up, or -1 */
  lose(): number {
    const { handle: request, serial } = this.patience;
    this.patience.drop();
    if (this.#serial[request] !== serial) return -1;
    const handle = this.#attempt[request] as number;
    if ((this.#retries[request] as number) > 0) this.#count(handle, retryColumn.gaveUp);
    return handle;
  }

  #requestOf(handle: number): number {
    return this.#table.request[handle] as number;
  }

  #count(handle: number, column: number): void {
    if ((this.#table.scheduledMs[handle] as number) < 0) return;
    const place = (this.#table.version[handle] as number) * retryColumns + column;
    this.counts[place] = (this.counts[place] as number) + 1;
  }
}
