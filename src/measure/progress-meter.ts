import { systemClock } from "../base/clock.ts";
import { perVersion, type Version } from "../base/version.ts";
import type { WindowDelta } from "../result/window.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import type { OnProgress, VersionProgress } from "./progress.ts";

/** Turns windows into what a person watching wants to see; rounds of all drivers are shown together. */
export class ProgressMeter {
  readonly #plan: RunPlan;
  readonly #onProgress: OnProgress;
  #originMs = 0;
  readonly #lost = { old: 0, new: 0 };

  constructor(plan: RunPlan, onProgress: OnProgress) {
    this.#plan = plan;
    this.#onProgress = onProgress;
  }

  starting(what: string): void {
    this.#onProgress({ phase: "starting", what });
  }

  setOrigin(originMs: number): void {
    this.#originMs = originMs;
  }

  /** One second of all drivers. */
  round(round: readonly WindowDelta[]): void {
    const atMs = systemClock.nowMs() - this.#originMs;
    const { durationMs } = this.#plan.timeline;
    this.#onProgress({
      phase: atMs < 0 ? "warm-up" : atMs < durationMs ? "measuring" : "draining",
      atMs,
      durationMs,
      offeredPerSecond: cellsOf(round).reduce((sum, cell) => sum + cell.due, 0),
      versions: perVersion((version) => this.#versionProgress(round, version)),
    });
  }

  #versionProgress(round: readonly WindowDelta[], version: Version): VersionProgress {
    const durations = new DurationHistogram();
    let completed = 0;
    for (const cell of cellsOf(round)) {
      const arm = cell.arms[version];
      if (arm === undefined) continue;
      completed += arm.counts.completed;
      const isWarmUp = this.#plan.timeline.stages[cell.stage]?.warmUp === true;
      if (!isWarmUp) this.#lost[version] += arm.counts.failed + arm.counts.timedOut + arm.counts.notSent;
      durations.add(DurationHistogram.sumOf(Object.values(arm.histograms)));
    }
    const times = durations.count > 0 ? { p50Ms: durations.quantileMs(0.5), maxMs: durations.maxMs } : {};
    return { completedPerSecond: completed, lost: this.#lost[version], ...times };
  }
}

function cellsOf(round: readonly WindowDelta[]) {
  return round.flatMap((window) => window.cells);
}
