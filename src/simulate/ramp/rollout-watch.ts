import { isDeepStrictEqual } from "node:util";
import { invariant } from "../../base/invariant.ts";
import type { Reaction } from "../../result/reaction-schema.ts";
import type { RunEvent } from "../../result/schema.ts";
import { beginStages } from "../../result/stages.ts";
import type { BreakerChange } from "../../rollout/breaker.ts";
import type { Decision } from "../../rollout/decision.ts";
import { isSampleGate } from "../../rollout/gate.ts";
import type { ObservedWindow } from "../../rollout/gate-progress.ts";
import { rampStage } from "../../rollout/ramp-stage.ts";
import { startRollout, stepRollout } from "../../rollout/rollout.ts";
import type { RolloutState, Stepped } from "../../rollout/rollout-state.ts";
import { type SplitChange, splitSentence } from "../../rollout/split-sentence.ts";
import { perMillion, type RunPlan, type StagePlan } from "../../scenario/plan.ts";
import { setsMirror } from "../../scenario/rollout-plan.ts";
import type { EndedRequest } from "../engine/ended-sink.ts";
import type { Outage, RampSplit, RampWatch } from "../engine/ramp-watch.ts";
import type { Ending } from "../engine/tally.ts";
import { type ReactionBook, reactionBook } from "../reaction-book.ts";
import { CopySamples, WindowSamples } from "./window-samples.ts";

const windowMs = 1000;

/**
 * Follows one ramp in virtual time (gates on the stores' rows are left out, for there are none): each second's requests go to the very state machine that a real run follows, and
 * its decisions set the split of the requests that come after.
 */
export class RolloutWatch implements RampWatch {
  /** What ends before the measured part begins is no part of the ramp. */
  nextMs = 0;
  readonly decisions: Decision[] = [];
  readonly log: RunEvent[] = [];
  /** Every window of the measured part; its durations are left out. */
  readonly windows: ObservedWindow[] = [];
  readonly #plan: RunPlan;
  readonly #isMirrorRamped: boolean;
  readonly #samples = new WindowSamples();
  readonly #copies = new CopySamples();
  readonly #reactions: ReactionBook | undefined;
  #stages: readonly StagePlan[];
  #state: RolloutState;
  #isWarmUpOver = false;

  constructor(plan: RunPlan) {
    const { rollout, timeline } = plan;
    invariant(rollout !== undefined, "a plan with a ramp is played");
    this.#plan = plan;
    this.#reactions = reactionBook(plan.faults);
    this.#isMirrorRamped = setsMirror(rollout);
    const gates = rollout.gates.filter(isSampleGate);
    const started = startRollout({ ...rollout, gates }, 0);
    this.#state = started.state;
    this.#stages = beginStages(timeline.stages, [rampStage(started.state, 0, plan)]);
    this.#journal(started.decisions);
  }

  get phase(): RolloutState["phase"] {
    return this.#state.phase;
  }

  /** The warm-up, and a stage for each split that was in force. */
  get stages(): readonly StagePlan[] {
    return this.#stages;
  }

  end(request: EndedRequest): void {
    const { version, how, scheduledMs, endedMs } = request;
    this.#samples.end(version, how, endedMs - scheduledMs);
    this.#reactions?.end(request);
  }

  copyEnded(how: Ending, timeMs: number): void {
    this.#copies.end(how, timeMs);
  }

  /** What each fault of new led to, as far as its requests tell. */
  reactions(): readonly Reaction[] {
    return this.#reactions?.reactions() ?? [];
  }

  close(newOut: Outage | undefined): RampSplit {
    const atMs = this.nextMs;
    const samples = this.#samples.take(windowMs);
    const mirrored = this.#copies.take(windowMs);
    const { durationMs } = this.#plan.timeline;
    this.nextMs = atMs + windowMs > durationMs + windowMs / 2 ? Number.POSITIVE_INFINITY : atMs + windowMs;
    if (this.#isWarmUpOver) {
      const window = { atMs, samples, mirrored, ...(newOut !== undefined && { newOut }) };
      this.#take(stepRollout(this.#state, { kind: "window", window }), atMs);
      this.windows.push(withoutDurations(window));
    }
    this.#isWarmUpOver = true;
    return this.#split();
  }

  /** The fastest loop, which waits for no window. */
  breaker(change: BreakerChange): RampSplit {
    this.#take(stepRollout(this.#state, { kind: "breaker", change }), change.atMs);
    return this.#split();
  }

  #split(): RampSplit {
    const { newShare, mirrorShare, headerRoute } = this.#state.split;
    return {
      newPerMillion: perMillion(newShare),
      headerRoute,
      mirrorPerMillion: this.#isMirrorRamped ? perMillion(mirrorShare) : undefined,
    };
  }

  #take({ state, decisions }: Stepped, atMs: number): void {
    const before = this.#state.split;
    this.#state = state;
    this.#journal(decisions);
    if (isDeepStrictEqual(before, state.split)) return;
    this.#stages = beginStages(this.#stages, [rampStage(state, atMs, this.#plan)]);
    const message = `${splitSentence(this.#changeFrom(before))}, asked by ${decisions.at(-1)?.loop}`;
    this.log.push({ atMs, kind: "split", message });
  }

  #changeFrom(before: RolloutState["split"]): SplitChange {
    const { newShare, mirrorShare, headerRoute } = this.#state.split;
    const isSameRoute = isDeepStrictEqual(before.headerRoute, headerRoute);
    return {
      fromShare: before.newShare,
      toShare: newShare,
      ...(before.mirrorShare !== mirrorShare && this.#isMirrorRamped && { mirrorShare }),
      ...(!isSameRoute && { headerRoute: headerRoute ?? null }),
    };
  }

  #journal(decisions: readonly Decision[]): void {
    this.decisions.push(...decisions);
    for (const { atMs, loop, sentence } of decisions)
      this.log.push({ atMs, kind: "rollout", message: `${loop}: ${sentence}` });
  }
}

/** Counts are enough afterwards, and far smaller. */
function withoutDurations({ atMs, samples }: ObservedWindow): ObservedWindow {
  const noTimes = { responseTimes: { ms: [], counts: [], total: 0 } };
  return { atMs, samples: { old: { ...samples.old, ...noTimes }, new: { ...samples.new, ...noTimes } } };
}
