import { formatShare } from "../base/units.ts";
import type { WindowDelta } from "../result/window.ts";
import { windowSamples } from "../result/window-sample.ts";
import type { Decision } from "../rollout/decision.ts";
import { startRollout, stepRollout } from "../rollout/rollout.ts";
import type { RolloutState, Stepped } from "../rollout/rollout-state.ts";
import { perMillion, type RunPlan, type StagePlan } from "../scenario/plan.ts";
import type { RolloutPlan } from "../scenario/rollout-plan.ts";
import type { SplitterEvent } from "../splitter/messages.ts";
import type { RunLog } from "./run-log.ts";

/** Later than this, what the driver saw of the second says more about this machine than about a version. */
const distrustLagMs = 100;

/** What a decision is carried out with. */
export type RampActions = {
  readonly setSplit: (change: {
    readonly newPerMillion: number;
    readonly stage: StagePlan;
    readonly reason: string;
    readonly loop: string;
  }) => void;
  /** Old has answered all it had, and is taken away. */
  readonly releaseOld: () => void;
};

/**
 * Carries a scenario's ramp out on real traffic: hands each second's windows to the rollout's state machine,
 * and its decisions to the splitter, the drivers and the journal.
 */
export class RampFollower {
  readonly #plan: RunPlan;
  readonly #log: RunLog;
  readonly #actions: RampActions;
  #state: RolloutState;
  #lastRoundMs = 0;
  #worstLagMs = 0;

  constructor(options: {
    readonly plan: RunPlan;
    readonly rollout: RolloutPlan;
    readonly log: RunLog;
    readonly actions: RampActions;
  }) {
    this.#plan = options.plan;
    this.#log = options.log;
    this.#actions = options.actions;
    const started = startRollout(options.rollout, 0);
    this.#state = started.state;
    for (const decision of started.decisions) this.#journal(decision);
    this.#beginStage(0);
  }

  /** The lateness of a driver's last second, at p99. */
  lag(pacerLagP99Ms: number): void {
    this.#worstLagMs = Math.max(this.#worstLagMs, pacerLagP99Ms);
  }

  /** The splitter's breaker has opened or closed: the fastest loop, which waits for no window. */
  breaker({ kind, reason: sentence, breaker: evidence }: SplitterEvent, atMs: number): void {
    if (evidence === undefined) return;
    const to = kind === "breaker-open" ? "open" : "closed";
    this.#take(stepRollout(this.#state, { kind: "breaker", change: { to, atMs, sentence, evidence } }), atMs);
  }

  /** One second of all drivers. */
  round(windows: readonly WindowDelta[], atMs: number): void {
    const lagMs = this.#worstLagMs;
    this.#worstLagMs = 0;
    const durationMs = atMs - this.#lastRoundMs;
    if (atMs <= 0 || atMs > this.#plan.timeline.durationMs + 1000) return;
    this.#lastRoundMs = atMs;
    const distrust =
      lagMs > distrustLagMs ? `the load was sent up to ${Math.round(lagMs)} ms late` : undefined;
    this.#take(
      stepRollout(this.#state, {
        kind: "window",
        window: {
          atMs,
          samples: windowSamples(windows, durationMs),
          ...(distrust !== undefined && { distrust }),
        },
      }),
      atMs,
    );
  }

  #take({ state, decisions }: Stepped, atMs: number): void {
    const before = this.#state.split;
    this.#state = state;
    for (const decision of decisions) this.#journal(decision);
    const last = decisions.at(-1);
    if (last !== undefined && state.split.newShare !== before.newShare) {
      const newPerMillion = perMillion(state.split.newShare);
      const stage = this.#beginStage(atMs);
      this.#actions.setSplit({ newPerMillion, stage, reason: last.sentence, loop: last.loop });
    }
    if (decisions.some(({ kind }) => kind === "release old")) this.#actions.releaseOld();
  }

  #journal({ atMs, loop, kind, split, sentence }: Decision): void {
    const { newShare, mirrorShare } = split;
    const decision = { atMs, loop, kind, newShare, mirrorShare, sentence };
    this.#log.add({ type: "decision", phase: this.#state.phase, decision });
    this.#log.event("rollout", atMs, `${loop}: ${sentence}`);
  }

  #beginStage(startMs: number): StagePlan {
    const { phase, stepIndex, split } = this.#state;
    const name =
      phase === "step"
        ? `step ${stepIndex + 1}: ${formatShare(split.newShare)}`
        : `${phase}: ${formatShare(split.newShare)}`;
    const { durationMs } = this.#plan.timeline;
    const stage = { name, startMs, endMs: durationMs, warmUp: false, newShare: split.newShare };
    this.#log.add({ type: "stage", stage });
    return stage;
  }
}
