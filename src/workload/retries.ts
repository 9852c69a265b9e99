import type { Uniform } from "../base/random.ts";
import type { RetryBudgetPlan, RetryPlan } from "../scenario/retry-plan.ts";

/**
 * The pause before a retry: doubled from one to the next up to its bound, and with full jitter a random part of that.
 *
 * @param retry - 1 for the first
 * @returns ms
 *
 * Source: M. Brooker, "Exponential Backoff and Jitter" (2015), for the full jitter.
 */
export function pauseBeforeMs(plan: RetryPlan, retry: number, uniform: Uniform): number {
  const longestMs = Math.min(plan.maxBackoffMs, plan.backoffMs * 2 ** (retry - 1));
  return plan.jitter === "full" ? uniform() * longestMs : longestMs;
}

/**
 * The retries that all clients together may make: each request earns a share of one, and up to `burst` are saved up,
 * which is also what there is at the start. So at most `burst` + share × requests are ever made.
 */
export class RetryBudget {
  readonly #plan: RetryBudgetPlan | undefined;
  #left: number;

  /** @param plan - undefined: no bound */
  constructor(plan: RetryBudgetPlan | undefined) {
    this.#plan = plan;
    this.#left = plan?.burst ?? 0;
  }

  /** A request is sent for the first time. */
  earn(): void {
    const plan = this.#plan;
    if (plan !== undefined) this.#left = Math.min(plan.burst, this.#left + plan.share);
  }

  /** @returns whether a retry is within the budget, which it then uses up */
  take(): boolean {
    if (this.#plan === undefined) return true;
    // Shares are added up; the sum of five fifths must do for one.
    if (this.#left < 1 - 1e-9) return false;
    this.#left--;
    return true;
  }
}
