import { invariant } from "../../base/invariant.ts";
import type { Decision } from "../../rollout/decision.ts";
import type { ObservedWindow } from "../../rollout/gate-progress.ts";
import { startRollout, stepRollout } from "../../rollout/rollout.ts";
import type { RolloutPhase, RolloutState } from "../../rollout/rollout-state.ts";
import { perMillion, type RunPlan } from "../../scenario/plan.ts";
import { openArrivals } from "../../workload/arrivals.ts";
import type { VersionIndex } from "../engine/request-source.ts";
import { type RampWatch, Simulation } from "../engine/simulation.ts";
import type { Ending } from "../engine/tally.ts";
import type { SimulationSettings } from "../settings.ts";
import { WindowSamples } from "./window-samples.ts";

/** One ramp in virtual time: what was decided, on what, and where it ended. */
export type PlayedRamp = {
  readonly phase: RolloutPhase;
  readonly decisions: readonly Decision[];
  /** Every window of the measured part; its durations are left out. */
  readonly windows: readonly ObservedWindow[];
};

const windowMs = 1000;

/**
 * Plays a plan's ramp once: each second's requests go to the very state machine that a real run follows, and its
 * decisions set the split of the requests that come after.
 *
 * @param seed - of arrivals, work and choices
 */
export function playRamp(plan: RunPlan, settings: SimulationSettings, seed: number): PlayedRamp {
  const watch = new Watch(plan);
  const { load } = plan;
  const arrivals = load.kind === "open" ? openArrivals(load, seed) : [][Symbol.iterator]();
  new Simulation({ plan, settings, seed, arrivals, ramp: watch }).run();
  return watch.played();
}

class Watch implements RampWatch {
  nextMs = windowMs;
  readonly #samples = new WindowSamples();
  readonly #durationMs: number;
  readonly #decisions: Decision[] = [];
  readonly #windows: ObservedWindow[] = [];
  #state: RolloutState;
  #isWarmUpOver = false;

  constructor({ rollout, timeline }: RunPlan) {
    invariant(rollout !== undefined, "a plan with a ramp is played");
    const started = startRollout(rollout, 0);
    this.#state = started.state;
    this.#decisions.push(...started.decisions);
    this.#durationMs = timeline.durationMs;
    // What ends before the measured part begins is no part of the ramp.
    this.nextMs = 0;
  }

  end(version: VersionIndex, how: Ending, timeMs: number): void {
    this.#samples.end(version, how, timeMs);
  }

  close(): number {
    const atMs = this.nextMs;
    const samples = this.#samples.take(windowMs);
    this.nextMs =
      atMs + windowMs > this.#durationMs + windowMs / 2 ? Number.POSITIVE_INFINITY : atMs + windowMs;
    if (!this.#isWarmUpOver) {
      this.#isWarmUpOver = true;
      return perMillion(this.#state.split.newShare);
    }
    const window = { atMs, samples };
    const { state, decisions } = stepRollout(this.#state, { kind: "window", window });
    this.#state = state;
    this.#decisions.push(...decisions);
    this.#windows.push(withoutDurations(window));
    return perMillion(state.split.newShare);
  }

  played(): PlayedRamp {
    return { phase: this.#state.phase, decisions: this.#decisions, windows: this.#windows };
  }
}

/** Counts are enough afterwards, and far smaller. */
function withoutDurations({ atMs, samples }: ObservedWindow): ObservedWindow {
  const noTimes = { responseTimes: { ms: [], counts: [], total: 0 } };
  return { atMs, samples: { old: { ...samples.old, ...noTimes }, new: { ...samples.new, ...noTimes } } };
}
