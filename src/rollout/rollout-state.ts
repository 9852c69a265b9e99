import { formatShare } from "../base/units.ts";
import type { RolloutPlan } from "../scenario/rollout-plan.ts";
import type { Decision, Evidence, Loop, RequestEvidence, SplitTarget } from "./decision.ts";
import { type GateProgress, startGates } from "./gate-progress.ts";
import { freshGuard, type GuardState } from "./guard.ts";

/** Where a rollout stands. The split only ever changes together with a decision. */
export type RolloutState = {
  readonly plan: RolloutPlan;
  readonly phase: RolloutPhase;
  /** Of the step under way or last held. */
  readonly stepIndex: number;
  readonly split: SplitTarget;
  /** Whether old could still carry everybody. */
  readonly oldCapacity: "kept" | "released";
  /** When the step, the baking or the draining is over. */
  readonly holdUntilMs: number;
  readonly gates: readonly GateProgress[];
  readonly guard: GuardState;
  readonly seen: SeenWindows;
  /** Loops whose failure was noted where nothing could be done. */
  readonly noted: readonly Loop[];
};

/** What this step has seen of new, apart from its gates. */
export type SeenWindows = {
  /** Requests of new that ended, whether or not their times could be trusted. */
  readonly newEnded: number;
  readonly windows: number;
  readonly distrusted: number;
  /** Why the last of those was. */
  readonly distrust: string | undefined;
};

export const nothingSeen: SeenWindows = { newEnded: 0, windows: 0, distrusted: 0, distrust: undefined };

export type RolloutPhase =
  | "step"
  | "paused"
  | "baking"
  | "draining"
  | "finished"
  | "ended below 100 %"
  | "rolled back"
  | "frozen";

export type Stepped = { readonly state: RolloutState; readonly decisions: readonly Decision[] };

/** Which loop decides, why, and the numbers behind it. */
export type Because = { readonly loop: Loop; readonly why: string; readonly evidence: Evidence };

export function decide(
  state: RolloutState,
  atMs: number,
  { loop, why, evidence, kind, what }: Because & { readonly kind: Decision["kind"]; readonly what: string },
): Stepped {
  const sentence = `${why}; ${what}`;
  return { state, decisions: [{ atMs, loop, kind, split: state.split, sentence, evidence }] };
}

/** Everything starts anew for a piece of time under the state's split. */
export function hold(state: RolloutState, atMs: number, holdMs: number): RolloutState {
  return {
    ...state,
    holdUntilMs: atMs + holdMs,
    gates: startGates(state.plan.gates, { split: state.split, atMs, holdMs }),
    guard: freshGuard,
    seen: nothingSeen,
  };
}

/** What the step has seen, as a decision's evidence. */
export function requestsSeen({ seen }: RolloutState, oldInFlight?: number): Evidence {
  const { newEnded, windows, distrusted } = seen;
  const requests: RequestEvidence = { newEnded, windows, distrusted, oldInFlight };
  return { kind: "requests", requests };
}

export function currentHoldMs({ phase, plan, stepIndex }: RolloutState): number {
  return phase === "baking" ? plan.bakeMs : (plan.steps[stepIndex]?.holdMs ?? 0);
}

export function nameOf({ phase, plan, stepIndex }: RolloutState): string {
  return phase === "baking" ? "the baking" : `step ${stepIndex + 1} of ${plan.steps.length}`;
}

export function describe({ newShare, mirrorShare, headerRoute }: SplitTarget): string {
  const parts = [formatShare(newShare)];
  if (mirrorShare > 0) parts.push(`copies of ${formatShare(mirrorShare)} of old's requests`);
  if (headerRoute !== undefined) parts.push(`all with ${headerRoute.header}: ${headerRoute.equals}`);
  return parts.join(", ");
}
