import { versions } from "../base/version.ts";
import { type Aftermath, aftermathsOf } from "../result/aftermath.ts";
import { EndRecorder } from "../result/end-moments.ts";
import type { Reaction } from "../result/reaction-schema.ts";
import { type FaultPlan, isFaultOfNew } from "../scenario/fault-plan.ts";
import type { EndedRequest, EndedSink } from "./engine/ended-sink.ts";
import { outcomeOf } from "./window.ts";

/** What each fault of new led to, as far as its requests tell: from their ends, by the code of a real run. */
export class ReactionBook implements EndedSink {
  readonly #ends = new EndRecorder(0);
  readonly #aftermaths: readonly Aftermath[];
  #second = 0;

  constructor(faults: readonly FaultPlan[]) {
    this.#aftermaths = aftermathsOf(faults);
  }

  /** @param request - never ended before the one before it */
  end(request: EndedRequest): void {
    const { version, sentMs, endedMs, user } = request;
    const second = Math.floor(endedMs / 1000);
    if (second !== this.#second) this.#tell();
    this.#second = second;
    const outcome = outcomeOf(request);
    this.#ends.record({ outcome, version: versions[version], sentMs, completedMs: endedMs, user });
  }

  reactions(): readonly Reaction[] {
    this.#tell();
    return this.#aftermaths.map((after) => after.toReaction());
  }

  #tell(): void {
    for (const end of this.#ends.take()) for (const after of this.#aftermaths) after.add(end);
  }
}

/** @returns undefined where there is no fault of new to react to */
export function reactionBook(faults: readonly FaultPlan[]): ReactionBook | undefined {
  return faults.some(isFaultOfNew) ? new ReactionBook(faults) : undefined;
}
