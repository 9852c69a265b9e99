import type { Uniform } from "../base/random.ts";
import type { RetryBudgetPlan, RetryPlan } from "../scenario/retry-plan.ts";
import type { EndpointPlan } from "../scenario/workload-plan.ts";
import { dealt, type Sharer } from "./dealt.ts";

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

/** Why a failed attempt is not followed by another; `RetryRule.pauseAfterMs` gives it in place of a pause. */
export const noRetry = { notThisMethod: -1, exhausted: -2, overBudget: -3 } as const;

/** Whether an answer makes an attempt a failed one; an attempt without an answer always is. */
export function isFailedAnswer(status: number): boolean {
  return status >= 500;
}

export type RetryRuleOptions = {
  readonly endpoints: readonly Pick<EndpointPlan, "method">[];
  /** For the pauses. */
  readonly uniform: Uniform;
  readonly budget: RetryBudget;
};

/** What clients do about a failed attempt: the same in real and in virtual time. */
export class RetryRule {
  readonly #plan: RetryPlan;
  readonly #uniform: Uniform;
  readonly #budget: RetryBudget;
  readonly #isRetried: readonly boolean[];

  constructor(plan: RetryPlan, { endpoints, uniform, budget }: RetryRuleOptions) {
    this.#plan = plan;
    this.#uniform = uniform;
    this.#budget = budget;
    this.#isRetried = endpoints.map(({ method }) => plan.methods.includes(method));
  }

  /** A request is sent for the first time. */
  earn(): void {
    this.#budget.earn();
  }

  /**
   * Whether another attempt follows one that has failed; it is then paid for.
   *
   * @param endpoint - index into the plan's endpoints
   * @param made - retries of the request before
   * @param hasRoom - whether whoever keeps the pausing has a place left
   * @returns the pause before it, ms; negative, one of `noRetry`, where there is none
   */
  pauseAfterMs(endpoint: number, made: number, hasRoom: boolean): number {
    if (!this.#isRetried[endpoint]) return noRetry.notThisMethod;
    if (made >= this.#plan.times) return noRetry.exhausted;
    if (!hasRoom || !this.#budget.take()) return noRetry.overBudget;
    return pauseBeforeMs(this.#plan, made + 1, this.#uniform);
  }
}

/**
 * The retries that all clients together may make: each request earns a share of one, and up to `burst` are saved up,
 * which is also what there is at the start. So at most `burst` + share × requests are ever made.
 *
 * Where several drivers share a load, each has what its own requests earn, and its part of the burst.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #most: number;
  readonly #isBounded: boolean;
  #left: number;

  /** @param plan - undefined: no bound */
  constructor(plan: RetryBudgetPlan | undefined, sharer: Sharer = { driver: 0, of: 1 }) {
    const burst = dealt(plan?.burst ?? 0, sharer);
    this.#isBounded = plan !== undefined;
    this.#share = plan?.share ?? 0;
    this.#left = burst;
    // Who is dealt none of the burst can still save up for one retry.
    this.#most = Math.max(1, burst);
  }

  /** A request is sent for the first time. */
  earn(): void {
    if (this.#isBounded) this.#left = Math.min(this.#most, this.#left + this.#share);
  }

  /** @returns whether a retry is within the budget, which it then uses up */
  take(): boolean {
    if (!this.#isBounded) return true;
    // Shares are added up; the sum of five fifths must do for one.
    if (this.#left < 1 - 1e-9) return false;
    this.#left--;
    return true;
  }
}
