import { assertNever, invariant } from "../base/invariant.ts";
import { formatDurationMs } from "../base/units.ts";
import type { RolloutPlan } from "../scenario/rollout-plan.ts";
import type { BreakerChange } from "./breaker.ts";
import { allToOld } from "./decision.ts";
import { getsTraffic, type ObservedWindow } from "./gate-progress.ts";
import { freshGuard, stepGuard } from "./guard.ts";
import { judgePaused, judgeStep } from "./judge-step.ts";
import { type Because, nothingSeen, type RolloutState, type Stepped } from "./rollout-state.ts";
import { emptySample } from "./sample.ts";
import { beginStep, drain, fail, note, pause, promote, rollBack } from "./transitions.ts";

/**
 * A rollout as a pure state machine: windows, breaker changes and a person's commands go in, a new state and
 * decisions come out. Time is what the inputs say, so that it runs the same in real and in virtual time.
 *
 * step 1 → … → last step → baking (everything goes to new, old keeps its capacity) → draining → finished;
 * a ramp that ends below 100 % ends there. From each of them a failure leads to rolled back, paused or frozen.
 * The split only ever changes together with a decision.
 */
export type RolloutInput =
  | { readonly kind: "window"; readonly window: ObservedWindow }
  | { readonly kind: "breaker"; readonly change: BreakerChange }
  | {
      readonly kind: "command";
      readonly atMs: number;
      readonly command: "pause" | "resume" | "promote" | "roll back";
      readonly by: string;
    };

/** The first step begins. */
export function startRollout(plan: RolloutPlan, atMs: number): Stepped {
  const first = plan.steps[0];
  invariant(first !== undefined, "a ramp has a step");
  const idle: RolloutState = {
    plan,
    phase: "step",
    stepIndex: 0,
    split: allToOld,
    oldCapacity: "kept",
    holdUntilMs: atMs,
    gates: [],
    guard: freshGuard,
    seen: nothingSeen,
    noted: [],
  };
  return beginStep(idle, atMs, {
    index: 0,
    why: "the ramp begins",
    loop: "ramp",
    evidence: { kind: "plan" },
  });
}

export function stepRollout(state: RolloutState, input: RolloutInput): Stepped {
  switch (input.kind) {
    case "window":
      return takeWindow(state, input.window);
    case "breaker":
      return takeBreaker(state, input.change);
    case "command":
      return takeCommand(state, input);
    default:
      return assertNever(input);
  }
}

function takeWindow(before: RolloutState, observed: ObservedWindow): Stepped {
  const window = mirroredAsNew(before, observed);
  const guarded = runGuard(before, window);
  if (guarded.decisions.length > 0) return guarded;
  const state = guarded.state;
  switch (state.phase) {
    case "step":
    case "baking":
      return judgeStep(state, window);
    case "paused":
      return judgePaused(state, window);
    case "draining":
      return drain(state, window);
    case "finished":
    case "ended below 100 %":
    case "rolled back":
    case "frozen":
      return { state, decisions: [] };
    default:
      return assertNever(state.phase);
  }
}

/** Where new gets copies only, they are what there is to judge. */
function mirroredAsNew({ split }: RolloutState, window: ObservedWindow): ObservedWindow {
  if (split.newShare > 0 || split.headerRoute !== undefined || split.mirrorShare === 0) return window;
  const mirrored = window.mirrored ?? { ...emptySample, durationMs: window.samples.new.durationMs };
  return { ...window, samples: { ...window.samples, new: mirrored } };
}

function runGuard(state: RolloutState, window: ObservedWindow): Stepped {
  const { guard: plan } = state.plan;
  if (state.phase === "rolled back") return { state, decisions: [] };
  const outage = outageIn(state, window);
  if (outage !== undefined) return fail(state, window.atMs, outage);
  if (plan === undefined) return { state, decisions: [] };
  const isDoubtful = window.distrust !== undefined;
  const { state: guard, trip } = stepGuard(plan, state.guard, { sample: window.samples.new, isDoubtful });
  const next = { ...state, guard };
  if (trip === undefined) return { state: next, decisions: [] };
  return fail(next, window.atMs, {
    loop: "guard",
    why: trip.sentence,
    evidence: { kind: "guard", guard: trip.evidence },
  });
}

/** Requests of a version that is out go to the other one, so that nothing but its absence tells of it. */
function outageIn({ plan, split }: RolloutState, { atMs, newOut }: ObservedWindow): Because | undefined {
  const limitMs = plan.maxOutageMs;
  if (newOut === undefined || limitMs === undefined || !getsTraffic(split, "new")) return undefined;
  const { sinceMs, cause } = newOut;
  const outMs = atMs - sinceMs;
  if (outMs < limitMs) return undefined;
  return {
    loop: "guard",
    why: `new has been out for ${formatDurationMs(outMs)} (limit ${formatDurationMs(limitMs)}): ${cause}`,
    evidence: { kind: "outage", outage: { sinceMs, outMs, limitMs, cause } },
  };
}

function takeBreaker(state: RolloutState, change: BreakerChange): Stepped {
  const because = {
    loop: "breaker",
    why: change.sentence,
    evidence: { kind: "breaker", breaker: change.evidence },
  } as const;
  return change.to === "open" ? fail(state, change.atMs, because) : note(state, change.atMs, because);
}

function takeCommand(state: RolloutState, input: Extract<RolloutInput, { kind: "command" }>): Stepped {
  const { atMs, command, by } = input;
  const because: Because = {
    loop: "person",
    why: `${by} asked to ${command}`,
    evidence: { kind: "person", by },
  };
  const refuse = () =>
    note({ ...state, noted: state.noted.filter((loop) => loop !== "person") }, atMs, because);
  const isUnderWay = state.phase === "step" || state.phase === "paused";
  switch (command) {
    case "pause":
      return state.phase === "step" ? pause(state, atMs, because) : refuse();
    case "resume":
      return state.phase === "paused"
        ? beginStep(state, atMs, { ...because, index: state.stepIndex })
        : refuse();
    case "promote":
      return isUnderWay ? promote(state, atMs, because) : refuse();
    case "roll back": {
      const isPossible = state.plan.onFail !== "freeze" && state.oldCapacity === "kept";
      return isPossible && state.phase !== "rolled back" ? rollBack(state, atMs, because) : refuse();
    }
    default:
      return assertNever(command);
  }
}
