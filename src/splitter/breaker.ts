import { invariant } from "../base/invariant.ts";

/** When a version is cut off because too many of its requests fail. */
export type BreakerPlan = {
  readonly windowMs: number;
  /** Opens at this share of failures, 0–1, … */
  readonly failureShare: number;
  /** … of at least so many requests in the window: one failure of one request says nothing. */
  readonly minRequests: number;
  readonly openMs: number;
  /** Requests let through in half-open; all of them must succeed. */
  readonly trialRequests: number;
};

export type BreakerState = "closed" | "open" | "half-open";

const bucketsPerWindow = 10;

/**
 * A circuit breaker: closed, then open for a while when the share of failures is too high, then half-open,
 * where a few trial requests decide. Pure: it is told the time, and runs in virtual time as well.
 *
 * Source: M. Nygard, "Release It!" (2nd ed., 2018), ch. 5; more than one trial and a minimum volume, because
 * breakers with one trial flap and those without a minimum open at the first failure.
 */
export class Breaker {
  readonly #plan: BreakerPlan;
  readonly #onChange: (state: BreakerState, reason: string) => void;
  readonly #requests = new Float64Array(bucketsPerWindow);
  readonly #failures = new Float64Array(bucketsPerWindow);
  #bucket = 0;
  #state: BreakerState = "closed";
  #sinceMs = 0;
  #trialsLeft = 0;
  #trialsPassed = 0;

  constructor(plan: BreakerPlan, onChange: (state: BreakerState, reason: string) => void) {
    invariant(plan.trialRequests >= 1 && plan.minRequests >= 1, "a breaker needs a request to judge");
    this.#plan = plan;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a request may pass at this moment. A trial is used up by asking. */
  admits(nowMs: number): boolean {
    if (this.#state === "closed") return true;
    if (nowMs - this.#sinceMs >= this.#plan.openMs) this.#startTrials(nowMs);
    if (this.#state === "open" || this.#trialsLeft === 0) return false;
    this.#trialsLeft--;
    return true;
  }

  /** Tells how an admitted request ended. */
  record(nowMs: number, isFailure: boolean): void {
    switch (this.#state) {
      case "closed":
        this.#count(nowMs, isFailure);
        return;
      case "half-open":
        this.#judgeTrial(nowMs, isFailure);
        return;
      case "open": // sent before it opened
        return;
    }
  }

  #count(nowMs: number, isFailure: boolean): void {
    this.#turnTo(Math.floor((nowMs * bucketsPerWindow) / this.#plan.windowMs));
    const at = this.#bucket % bucketsPerWindow;
    this.#requests[at] = (this.#requests[at] as number) + 1;
    if (!isFailure) return;
    this.#failures[at] = (this.#failures[at] as number) + 1;
    const requests = sum(this.#requests);
    const failures = sum(this.#failures);
    if (requests < this.#plan.minRequests || failures / requests < this.#plan.failureShare) return;
    this.#change(
      "open",
      nowMs,
      `${failures} of ${requests} requests failed within ${this.#plan.windowMs} ms`,
    );
  }

  /** Empties the buckets that time has passed over. */
  #turnTo(bucket: number): void {
    const steps = Math.min(bucket - this.#bucket, bucketsPerWindow);
    for (let step = 1; step <= steps; step++) {
      this.#requests[(this.#bucket + step) % bucketsPerWindow] = 0;
      this.#failures[(this.#bucket + step) % bucketsPerWindow] = 0;
    }
    if (steps === bucketsPerWindow) {
      this.#requests.fill(0);
      this.#failures.fill(0);
    }
    this.#bucket = Math.max(bucket, this.#bucket);
  }

  /** Also when the trials of the last time never ended: their places are given out again. */
  #startTrials(nowMs: number): void {
    this.#trialsLeft = this.#plan.trialRequests;
    this.#trialsPassed = 0;
    if (this.#state === "half-open") this.#sinceMs = nowMs;
    else this.#change("half-open", nowMs, `${this.#plan.trialRequests} trial requests decide`);
  }

  #judgeTrial(nowMs: number, isFailure: boolean): void {
    if (isFailure) {
      this.#change("open", nowMs, "a trial request failed");
      return;
    }
    if (++this.#trialsPassed < this.#plan.trialRequests) return;
    this.#requests.fill(0);
    this.#failures.fill(0);
    this.#change("closed", nowMs, `${this.#trialsPassed} trial requests passed`);
  }

  #change(state: BreakerState, nowMs: number, reason: string): void {
    this.#state = state;
    this.#sinceMs = nowMs;
    this.#onChange(state, reason);
  }
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
