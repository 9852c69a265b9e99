import { type FaultPlan, isFaultOfNew } from "../scenario/fault-plan.ts";
import type { EndDelta } from "./end-moments.ts";
import { HarmedUsers } from "./harmed-users.ts";
import type { Reaction } from "./reaction-schema.ts";

/** What followed a fault of new, up to the next one: collected from all drivers' windows, in bounded memory. */
export class Aftermath {
  readonly #fault: FaultPlan;
  readonly #untilMs: number;
  readonly #users = new HarmedUsers();
  #failed = 0;
  #firstFailedMs = Number.POSITIVE_INFINITY;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #lastAnsweredMs = Number.NEGATIVE_INFINITY;

  constructor(fault: FaultPlan, untilMs: number) {
    this.#fault = fault;
    this.#untilMs = untilMs;
  }

  /** Seconds count as a whole: from the one in which the fault begins. */
  add({ second, version, failed, harmed, firstFailedMs, lastSentMs, lastAnsweredMs }: EndDelta): void {
    const { atMs } = this.#fault;
    if (version !== "new" || (second + 1) * 1000 <= atMs || second * 1000 >= this.#untilMs) return;
    this.#failed += failed;
    this.#users.addTold(harmed);
    if (firstFailedMs !== undefined && firstFailedMs >= atMs)
      this.#firstFailedMs = Math.min(this.#firstFailedMs, firstFailedMs);
    this.#lastSentMs = Math.max(this.#lastSentMs, lastSentMs ?? Number.NEGATIVE_INFINITY);
    this.#lastAnsweredMs = Math.max(this.#lastAnsweredMs, lastAnsweredMs ?? Number.NEGATIVE_INFINITY);
  }

  toReaction(): Reaction {
    return {
      faultAtMs: this.#fault.atMs,
      fault: this.#fault.kind,
      harmedRequests: this.#failed,
      harmedUsers: this.#users.total,
      ...(Number.isFinite(this.#firstFailedMs) && { firstFailedMs: this.#firstFailedMs }),
      ...(Number.isFinite(this.#lastSentMs) && { lastSentMs: this.#lastSentMs }),
      ...(Number.isFinite(this.#lastAnsweredMs) && { lastAnsweredMs: this.#lastAnsweredMs }),
    };
  }
}

/** One for each fault of new, in time order. */
export function aftermathsOf(faults: readonly FaultPlan[]): readonly Aftermath[] {
  const ofNew = faults.filter(isFaultOfNew).toSorted((left, right) => left.atMs - right.atMs);
  return ofNew.map(
    (fault, index) => new Aftermath(fault, ofNew[index + 1]?.atMs ?? Number.POSITIVE_INFINITY),
  );
}
