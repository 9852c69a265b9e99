import { isDeepStrictEqual } from "node:util";
import { formatShare } from "../base/units.ts";
import type { FlaggedShares, RunPlan, StagePlan } from "../scenario/plan.ts";
import { routedShare } from "../scenario/routing-rule.ts";
import type { SplitterEvent } from "../splitter/messages.ts";
import { flaggedShares } from "../workload/flagged-users.ts";
import type { SplitNow } from "./driver/messages.ts";
import { flagsSentence } from "./flags-sentence.ts";
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

/** From when on the split is another, and who is named in the stage for it. */
type Change = { readonly atMs: number; readonly source: string };

/**
 * Follows changes of the split that come from outside (the admin endpoint, a file, etcd, a provider's flags): each
 * begins a stage of its own, in the record as with the drivers, so that requests are held against what was in force.
 * Where the load is made of steps, what is left of the step under way and those after it begin anew with it; in a ramp,
 * what is left of the ramp's step.
 */
export class SplitFollower {
  readonly #plan: RunPlan;
  readonly #log: RunLog;
  #tell: ((change: FollowedSplit) => void) | undefined;
  /** Before the load starts there is nobody to tell: the last change is what it starts with. */
  #early: Change | undefined;
  #split: SplitNow;
  #flagged: FlaggedShares | undefined;
  /** What a ramp began last. */
  #rampStage: StagePlan | undefined;
  #stages = 0;

  constructor(plan: RunPlan, log: RunLog) {
    this.#plan = plan;
    this.#log = log;
    this.#split = plan.split;
    this.#flagged = plan.timeline.stages.at(-1)?.flagged;
  }

  /** What a provider's flag decides at the moment; another object when that has changed. */
  get flagged(): FlaggedShares | undefined {
    return this.#flagged;
  }

  onEvent(event: SplitterEvent): void {
    const { kind, caller = "", fromPerMillion, toPerMillion, headerRoute } = event;
    if (kind === "flags") this.#onFlags(event);
    if (kind !== "split" || rampLoops.has(caller)) return;
    if (fromPerMillion === toPerMillion && headerRoute === undefined) return;
    this.#split = splitAfter(event, this.#split);
    const share = formatShare(this.#split.newPerMillion / 1e6);
    this.#onChange({ atMs: event.atMs, source: `${caller.split(" ", 1)[0] ?? ""}: ${share}` });
  }

  /** A ramp has changed the share; a flag that is in force stays. */
  ramped({ split, stages }: FollowedSplit): void {
    const { providedFlag } = this.#split;
    this.#split = { ...split, ...(providedFlag !== undefined && { providedFlag }) };
    this.#rampStage = stages.at(-1);
    const begun = stages.map((stage) => ({ ...stage, ...this.#flaggedPart() }));
    for (const stage of begun) this.#log.add({ type: "stage", stage });
    this.#tell?.({ split: this.#split, stages: begun });
  }

  /** The load starts. */
  start(tell: (change: FollowedSplit) => void): void {
    this.#tell = tell;
    if (this.#early !== undefined) this.#follow(this.#early, tell);
  }

  /** A splitter tells its flags when it starts, too: then they are mostly those of the plan. */
  #onFlags({ atMs, reason, providedFlag }: SplitterEvent): void {
    if (providedFlag === undefined) return;
    const plan = { ...this.#plan, split: { ...this.#plan.split, providedFlag } };
    this.#log.eventAt("flags", atMs, `${reason}: ${flagsSentence(plan, providedFlag)}`);
    if (isDeepStrictEqual(providedFlag, this.#split.providedFlag)) return;
    this.#split = { ...this.#split, providedFlag };
    this.#flagged = flaggedShares(plan);
    this.#onChange({ atMs, source: "flags" });
  }

  #flaggedPart(): Pick<StagePlan, "flagged"> {
    return this.#flagged === undefined ? {} : { flagged: this.#flagged };
  }

  #onChange(change: Change): void {
    if (this.#tell === undefined) this.#early = change;
    else this.#follow(change, this.#tell);
  }

  #follow({ atMs, source }: Change, tell: (change: FollowedSplit) => void): void {
    const stages = this.#stages === maxStages ? [] : this.#stagesFrom(this.#log.planMs(atMs), source);
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
  #stagesFrom(changedMs: number, source: string): readonly StagePlan[] {
    const { newPerMillion, headerRoute } = this.#split;
    const planned = this.#plan.timeline.stages.filter(({ warmUp }) => !warmUp);
    const measured = this.#rampStage === undefined ? planned : [this.#rampStage];
    const isStepped = planned.length > 1 || this.#rampStage !== undefined;
    const fromMs = Math.max(0, changedMs);
    const near = measured.find(({ startMs }) => startMs > fromMs && startMs - fromMs < nearMs);
    const beginMs = near?.startMs ?? fromMs;
    return measured
      .filter(({ endMs }) => endMs > beginMs)
      .map((stage) => ({
        ...stage,
        name: beginMs === 0 ? stage.name : isStepped ? `${stage.name}, ${source}` : source,
        startMs: Math.max(stage.startMs, beginMs),
        newShare: newPerMillion / 1e6,
        ...this.#flaggedPart(),
        ...(headerRoute !== undefined && { routed: routedShare(headerRoute, this.#plan) }),
      }));
  }
}

function splitAfter({ toPerMillion, headerRoute }: SplitterEvent, before: SplitNow): SplitNow {
  const route = headerRoute === undefined ? before.headerRoute : (headerRoute ?? undefined);
  return {
    ...(before.providedFlag !== undefined && { providedFlag: before.providedFlag }),
    newPerMillion: toPerMillion ?? before.newPerMillion,
    ...(route !== undefined && { headerRoute: route }),
  };
}
