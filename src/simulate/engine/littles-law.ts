import { invariant } from "../../base/invariant.ts";
import type { Timeline } from "../../scenario/plan.ts";
import { CellFinder, type Tally } from "./tally.ts";

const outcomeClasses = 3;
/** Sums of so many numbers differ in their last digits. */
const room = 1e-6;

/**
 * Little's law, held by every replication: the requests that users wait for, integrated over the measured part as they
 * come and go, are the response times that were booked, summed. Exact at both ends too, for what booked times leave out
 * of the measured part, or tell beyond it, is counted here.
 *
 * Source: J. D. C. Little, "A proof for the queuing formula L = λW" (1961); S. Stidham's sample-path form (1974).
 */
export class LittlesLaw {
  readonly #durationMs: number;
  #untoldMs = 0;

  constructor({ durationMs }: Timeline) {
    this.#durationMs = durationMs;
  }

  /** A request ends. @param isTold - whether its time is among those booked */
  ended(scheduledMs: number, endMs: number, isTold: boolean): void {
    if (scheduledMs >= 0 && endMs <= this.#durationMs && isTold) return;
    const withinMs = Math.max(0, Math.min(endMs, this.#durationMs) - Math.max(0, scheduledMs));
    this.#untoldMs += withinMs - (isTold && scheduledMs >= 0 ? endMs - scheduledMs : 0);
  }

  /**
   * @param awaitedMs - the requests that users waited for, integrated over the measured part
   * @param seed - of the replication, for whoever looks for the error
   * @throws InvariantError where the law is broken: the engine lost a request, or counted one twice
   */
  check(
    tally: Tally,
    { timeline, awaitedMs, seed }: { timeline: Timeline; awaitedMs: number; seed: number },
  ): void {
    const spentMs = bookedMs(tally, timeline) + this.#untoldMs;
    invariant(
      Math.abs(awaitedMs - spentMs) <= room * (spentMs + this.#durationMs),
      `Little's law in the replication with seed ${seed}: ${awaitedMs} ms of waiting users, ${spentMs} ms of response times`,
    );
  }
}

/** The times of all requests that came due in the measured part. */
function bookedMs({ histograms }: Tally, timeline: Timeline): number {
  const { cells } = new CellFinder(timeline);
  return histograms.reduce((sum, durations, index) => {
    const cell = cells[Math.floor(index / (2 * outcomeClasses))];
    const isMeasured = timeline.stages[cell?.stage ?? 0]?.warmUp === false;
    return sum + (isMeasured ? (durations?.sumMs ?? 0) : 0);
  }, 0);
}
