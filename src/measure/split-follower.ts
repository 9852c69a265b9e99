import { formatShare } from "../base/units.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import type { SplitterEvent } from "../splitter/messages.ts";
import type { RunLog } from "./run-log.ts";

/** A change of the share, for the drivers. */
export type FollowedSplit = { readonly newPerMillion: number; readonly stage: StagePlan };

/** Stages that changes from outside may begin in one run. */
const maxStages = 500;

/** Loops of a ramp tell the drivers themselves. */
const rampLoops: ReadonlySet<string> = new Set(["breaker", "guard", "judge", "ramp", "person"]);

/**
 * Follows changes of the share that come from outside (the admin endpoint, a file, etcd): each begins a stage of
 * its own, in the record as with the drivers, so that requests are held against the share that was in force.
 */
export class SplitFollower {
  readonly #plan: RunPlan;
  readonly #log: RunLog;
  #tell: ((change: FollowedSplit) => void) | undefined;
  /** Before the load starts there is nobody to tell: the last change is what it starts with. */
  #early: SplitterEvent | undefined;
  #stages = 0;

  constructor(plan: RunPlan, log: RunLog) {
    this.#plan = plan;
    this.#log = log;
  }

  onEvent(event: SplitterEvent): void {
    const { kind, caller = "", fromPerMillion, toPerMillion } = event;
    if (kind !== "split" || rampLoops.has(caller) || fromPerMillion === toPerMillion) return;
    if (this.#tell === undefined) this.#early = event;
    else this.#follow(event, this.#tell);
  }

  /** The load starts. */
  start(tell: (change: FollowedSplit) => void): void {
    this.#tell = tell;
    if (this.#early !== undefined) this.#follow(this.#early, tell);
  }

  #follow(event: SplitterEvent, tell: (change: FollowedSplit) => void): void {
    const { toPerMillion: newPerMillion = 0, caller = "", atMs } = event;
    const { stages, durationMs } = this.#plan.timeline;
    const startMs = Math.max(0, this.#log.planMs(atMs));
    const isStepped = stages.filter(({ warmUp }) => !warmUp).length > 1;
    if (isStepped || startMs >= durationMs || this.#stages === maxStages) {
      const why = isStepped
        ? "the stages of this run are those of its load"
        : this.#stages === maxStages
          ? `this run has had ${maxStages} changes`
          : "the load has ended";
      this.#log.event("split", this.#log.planMs(atMs), `no stage begins with this change: ${why}`);
      return;
    }
    this.#stages++;
    const newShare = newPerMillion / 1e6;
    const [source = ""] = caller.split(" ", 1);
    const name = startMs === 0 ? "main" : `${source}: ${formatShare(newShare)}`;
    const stage = { name, startMs, endMs: durationMs, warmUp: false, newShare };
    this.#log.add({ type: "stage", stage });
    tell({ newPerMillion, stage });
  }
}
