import { formatShare } from "../base/units.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import { routedShare } from "../scenario/routing-rule.ts";
import type { SplitterEvent } from "../splitter/messages.ts";
import type { SplitNow } from "./driver/messages.ts";
import type { RunLog } from "./run-log.ts";

/** A change of the split, for the drivers. */
export type FollowedSplit = { readonly split: SplitNow; readonly stages: readonly StagePlan[] };

/** Stages that changes from outside may begin in one run. */
const maxStages = 500;

/**
 * A change so shortly before a step of the load begins with it: else requests of that step could come due before
 * the drivers have heard of the change.
 */
const nearMs = 100;

/** Loops of a ramp tell the drivers themselves. */
const rampLoops: ReadonlySet<string> = new Set(["breaker", "guard", "judge", "ramp", "person"]);

/**
 * Follows changes of the split that come from outside (the admin endpoint, a file, etcd): each begins a stage of
 * its own, in the record as with the drivers, so that requests are held against the share that was in force. Where
 * the load is made of steps, what is left of the step under way and those after it begin anew with it.
 */
export class SplitFollower {
  readonly #plan: RunPlan;
  readonly #log: RunLog;
  #tell: ((change: FollowedSplit) => void) | undefined;
  /** Before the load starts there is nobody to tell: the last change is what it starts with. */
  #early: SplitterEvent | undefined;
  #split: SplitNow;
  #stages = 0;

  constructor(plan: RunPlan, log: RunLog) {
    this.#plan = plan;
    this.#log = log;
    this.#split = plan.split;
  }

  onEvent(event: SplitterEvent): void {
    const { kind, caller = "", fromPerMillion, toPerMillion, headerRoute } = event;
    if (kind !== "split" || rampLoops.has(caller)) return;
    if (fromPerMillion === toPerMillion && headerRoute === undefined) return;
    this.#split = splitAfter(event, this.#split);
    if (this.#tell === undefined) this.#early = event;
    else this.#follow(event, this.#tell);
  }

  /** The load starts. */
  start(tell: (change: FollowedSplit) => void): void {
    this.#tell = tell;
    if (this.#early !== undefined) this.#follow(this.#early, tell);
  }

  #follow({ caller = "", atMs }: SplitterEvent, tell: (change: FollowedSplit) => void): void {
    const stages = this.#stages === maxStages ? [] : this.#stagesFrom(this.#log.planMs(atMs), caller);
    if (stages.length === 0) {
      const why = this.#stages === maxStages ? `this run has had ${maxStages} changes` : "the load has ended";
      this.#log.event("split", this.#log.planMs(atMs), `no stage begins with this change: ${why}`);
      return;
    }
    this.#stages++;
    for (const stage of stages) this.#log.add({ type: "stage", stage });
    tell({ split: this.#split, stages });
  }

  /** What the plan has left from this moment on, under the split as it is now. */
  #stagesFrom(changedMs: number, caller: string): readonly StagePlan[] {
    const { newPerMillion, headerRoute } = this.#split;
    const newShare = newPerMillion / 1e6;
    const measured = this.#plan.timeline.stages.filter(({ warmUp }) => !warmUp);
    const isStepped = measured.length > 1;
    const source = `${caller.split(" ", 1)[0] ?? ""}: ${formatShare(newShare)}`;
    const fromMs = Math.max(0, changedMs);
    const near = measured.find(({ startMs }) => startMs > fromMs && startMs - fromMs < nearMs);
    const beginMs = near?.startMs ?? fromMs;
    return measured
      .filter(({ endMs }) => endMs > beginMs)
      .map((stage) => ({
        ...stage,
        name: beginMs === 0 ? stage.name : isStepped ? `${stage.name}, ${source}` : source,
        startMs: Math.max(stage.startMs, beginMs),
        newShare,
        ...(headerRoute !== undefined && { routed: routedShare(headerRoute, this.#plan) }),
      }));
  }
}

function splitAfter({ toPerMillion, headerRoute }: SplitterEvent, before: SplitNow): SplitNow {
  const route = headerRoute === undefined ? before.headerRoute : (headerRoute ?? undefined);
  return {
    newPerMillion: toPerMillion ?? before.newPerMillion,
    ...(route !== undefined && { headerRoute: route }),
  };
}
