import type { BreakerPlan } from "../scenario/rollout-plan.ts";
import { admitCall, type BreakerChange, type BreakerState, bookCall, closedBreaker } from "./breaker.ts";
import type { BreakerEvidence } from "./decision.ts";

/** What `admit` gives for a refusal; every other number is handed back with the outcome. */
export const refusedByBreaker = -1;

/** The evidence is absent where time alone made the change. */
type OnBreakerChange = (phase: BreakerState["phase"], sentence: string, evidence?: BreakerEvidence) => void;

/** What a change is called in the log of a run, whichever clock it is run by. */
export const breakerEvents = {
  open: "breaker-open",
  "half open": "breaker-half-open",
  closed: "breaker-closed",
} as const satisfies Record<BreakerState["phase"], string>;

/**
 * The breaker of new, holding the state that the pure functions of `breaker` go through. Time comes with every
 * call, so that the splitter and the simulator run the same.
 */
export class VersionBreaker {
  readonly #plan: BreakerPlan;
  readonly #onChange: OnBreakerChange;
  #state: BreakerState = closedBreaker;

  constructor(plan: BreakerPlan, onChange: OnBreakerChange) {
    this.#plan = plan;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Goes on from the state of another one, on the same clock. */
  restore(state: BreakerState): void {
    this.#state = state;
  }

  /** @returns `refusedByBreaker`, or the epoch to book the outcome with */
  admit(atMs: number): number {
    const before = this.#state.phase;
    const { state, isAdmitted } = admitCall(this.#plan, this.#state, atMs);
    this.#state = state;
    if (state.phase !== before)
      this.#onChange(state.phase, `up to ${this.#plan.trials} trial requests decide`);
    return isAdmitted ? state.epoch : refusedByBreaker;
  }

  book(atMs: number, isOk: boolean, epoch: number): void {
    const { state, change } = bookCall(this.#plan, this.#state, { atMs, isOk, epoch });
    this.#state = state;
    if (change !== undefined) this.#tell(change);
  }

  /**
   * The request ended through no merit or fault of new: its client went away. A trial without a result is
   * booked as failed, lest its place be lost and new never be tried again.
   */
  abandon(atMs: number, epoch: number): void {
    if (this.#state.phase === "half open") this.book(atMs, false, epoch);
  }

  #tell({ to, sentence, evidence }: BreakerChange): void {
    this.#onChange(to, sentence, evidence);
  }
}
