import { isDeepStrictEqual } from "node:util";
import type { WindowDelta } from "../result/window.ts";
import { windowSamples } from "../result/window-sample.ts";
import type { Decision, SplitTarget } from "../rollout/decision.ts";
import { decisionRecord } from "../rollout/decision-record.ts";
import type { DivergenceReading } from "../rollout/divergence-gate.ts";
import { rampStage } from "../rollout/ramp-stage.ts";
import { startRollout, stepRollout } from "../rollout/rollout.ts";
import type { RolloutState, Stepped } from "../rollout/rollout-state.ts";
import { perMillion, type RunPlan } from "../scenario/plan.ts";
import { type RolloutPlan, setsMirror } from "../scenario/rollout-plan.ts";
import type { FromSplitter, SplitterEvent } from "../splitter/messages.ts";
import type { SplitChange } from "../splitter/router.ts";
import type { RunLog } from "./run-log.ts";
import type { FollowedSplit } from "./split-follower.ts";
import { SplitterEvidence } from "./splitter-evidence.ts";

/** Later than this, what the driver saw of the second says more about this machine than about a version. */
const distrustLagMs = 100;

/** What a decision is carried out with. */
export type RampActions = {
  readonly setSplit: (change: SplitChange) => void;
  /** Stages begin, in the record as with the drivers. */
  readonly begin: (change: FollowedSplit) => void;
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
  readonly #divergence: () => DivergenceReading | undefined;
  readonly #splitter: SplitterEvidence;
  #state: RolloutState;
  #lastRoundMs = 0;
  #worstLagMs = 0;

  constructor(options: {
    readonly plan: RunPlan;
    readonly rollout: RolloutPlan;
    readonly log: RunLog;
    readonly actions: RampActions;
    /** What is wrong with the data of both versions, where somebody looks at it. */
    readonly divergence: () => DivergenceReading | undefined;
  }) {
    this.#plan = options.plan;
    this.#log = options.log;
    this.#actions = options.actions;
    this.#divergence = options.divergence;
    this.#splitter = new SplitterEvidence((clockMs) => options.log.planMs(clockMs));
    const started = startRollout(options.rollout, 0);
    this.#state = started.state;
    for (const decision of started.decisions) this.#journal(decision);
    this.#beginStage(0);
  }

  /** The lateness of a driver's last second, at p99. */
  lag(pacerLagP99Ms: number): void {
    this.#worstLagMs = Math.max(this.#worstLagMs, pacerLagP99Ms);
  }

  splitter(report: FromSplitter): void {
    this.#splitter.take(report);
    if (report.type === "event") this.#breaker(report, this.#log.planMs(report.atMs));
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
    const divergence = this.#divergence();
    this.#take(
      stepRollout(this.#state, {
        kind: "window",
        window: {
          atMs,
          samples: windowSamples(windows, durationMs),
          ...this.#splitter.window(durationMs),
          ...(divergence !== undefined && { divergence }),
          ...(distrust !== undefined && { distrust }),
        },
      }),
      atMs,
    );
  }

  /** The splitter's breaker has opened or closed: the fastest loop, which waits for no window. */
  #breaker({ kind, reason: sentence, breaker: evidence }: SplitterEvent, atMs: number): void {
    if (evidence === undefined) return;
    const to = kind === "breaker-open" ? "open" : "closed";
    this.#take(stepRollout(this.#state, { kind: "breaker", change: { to, atMs, sentence, evidence } }), atMs);
  }

  #take({ state, decisions }: Stepped, atMs: number): void {
    const before = this.#state.split;
    this.#state = state;
    for (const decision of decisions) this.#journal(decision);
    const last = decisions.at(-1);
    const change = changeBetween(before, state.split, setsMirror(state.plan));
    if (last !== undefined && change !== undefined) {
      this.#actions.setSplit({ ...change, caller: last.loop, reason: last.sentence });
      this.#beginStage(atMs);
    }
    if (decisions.some(({ kind }) => kind === "release old")) this.#actions.releaseOld();
  }

  #journal(decision: Decision): void {
    const { atMs, loop, sentence } = decision;
    this.#log.add({ type: "decision", phase: this.#state.phase, decision: decisionRecord(decision) });
    this.#log.event("rollout", atMs, `${loop}: ${sentence}`);
  }

  #beginStage(startMs: number): void {
    const { newShare, headerRoute } = this.#state.split;
    const stage = rampStage(this.#state, startMs, this.#plan);
    const split = { newPerMillion: perMillion(newShare), ...(headerRoute !== undefined && { headerRoute }) };
    this.#actions.begin({ split, stages: [stage] });
  }
}

/**
 * What the splitter is to change; undefined where nothing does.
 *
 * @param isMirrorRamped - else the share of copies is the split's own matter and stays
 */
function changeBetween(
  before: SplitTarget,
  after: SplitTarget,
  isMirrorRamped: boolean,
): Omit<SplitChange, "caller" | "reason"> | undefined {
  const isSameRoute = isDeepStrictEqual(before.headerRoute, after.headerRoute);
  const isSameMirror = !isMirrorRamped || before.mirrorShare === after.mirrorShare;
  if (before.newShare === after.newShare && isSameRoute && isSameMirror) return undefined;
  return {
    newPerMillion: perMillion(after.newShare),
    ...(!isSameRoute && { headerRoute: after.headerRoute ?? null }),
    ...(!isSameMirror && { mirrorPerMillion: perMillion(after.mirrorShare) }),
  };
}
