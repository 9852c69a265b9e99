import { assertNever, invariant } from "../base/invariant.ts";
import { formatCount, formatDurationMs } from "../base/units.ts";
import type { RolloutStepPlan } from "../scenario/rollout-plan.ts";
import { allToNew, allToOld, type SplitTarget } from "./decision.ts";
import { judgeDivergence } from "./divergence-gate.ts";
import { hasReached, type ObservedWindow } from "./gate-progress.ts";
import {
  type Because,
  currentHoldMs,
  decide,
  describe,
  hold,
  nameOf,
  type RolloutState,
  requestsSeen,
  type Stepped,
} from "./rollout-state.ts";

/** The split of a step takes effect and is held. */
export function beginStep(
  state: RolloutState,
  atMs: number,
  { index, loop, why, evidence }: Because & { readonly index: number },
): Stepped {
  const step = state.plan.steps[index];
  invariant(step !== undefined, "a step that exists");
  const split = splitOf(step);
  const next = hold({ ...state, phase: "step", stepIndex: index, split }, atMs, step.holdMs);
  const place = `step ${index + 1} of ${state.plan.steps.length}`;
  const sentence = `${why}; ${place}: new gets ${describe(split)} for ${formatDurationMs(step.holdMs)}`;
  return { state: next, decisions: [{ atMs, loop, kind: "set split", split, sentence, evidence }] };
}

/** The hold was too short for a verdict: once more as long. */
export function holdLonger(state: RolloutState, atMs: number, because: Because): Stepped {
  const holdMs = currentHoldMs(state);
  const next = { ...state, holdUntilMs: atMs + holdMs };
  return decide(next, atMs, {
    ...because,
    kind: "hold longer",
    what: `${nameOf(state)} is held for another ${formatDurationMs(holdMs)}`,
  });
}

/** Everything goes to new; old keeps its capacity while it bakes. */
export function promote(state: RolloutState, atMs: number, because: Because): Stepped {
  if (state.plan.bakeMs === 0) {
    const promoted = decide({ ...state, split: allToNew }, atMs, {
      ...because,
      kind: "promote",
      what: "new gets everything",
    });
    const drained = beginDrain(promoted.state, atMs, {
      ...because,
      loop: "ramp",
      why: "nothing is to be baked",
    });
    return { state: drained.state, decisions: [...promoted.decisions, ...drained.decisions] };
  }
  const next = hold({ ...state, phase: "baking", split: allToNew }, atMs, state.plan.bakeMs);
  return decide(next, atMs, {
    ...because,
    kind: "promote",
    what: `new gets everything; old keeps its capacity for ${formatDurationMs(state.plan.bakeMs)}`,
  });
}

export function endBelow(state: RolloutState, atMs: number, because: Because): Stepped {
  const next: RolloutState = { ...state, phase: "ended below 100 %", gates: [] };
  return decide(next, atMs, {
    ...because,
    kind: "end",
    what: `the ramp ends with new at ${describe(state.split)}`,
  });
}

export function beginDrain(state: RolloutState, atMs: number, because: Because): Stepped {
  const { drainMs } = state.plan;
  const next: RolloutState = { ...state, phase: "draining", gates: [], holdUntilMs: atMs + drainMs };
  return decide(next, atMs, {
    ...because,
    kind: "drain old",
    what: `old gets ${formatDurationMs(drainMs)} to finish what it has`,
  });
}

/** Old is taken away when its time is over and its last request has ended; with no time to drain it isn't waited for. */
export function drain(state: RolloutState, window: ObservedWindow): Stepped {
  const { atMs, oldInFlight } = window;
  if (!hasReached(window, state.holdUntilMs)) return { state, decisions: [] };
  const evidence = requestsSeen(state, oldInFlight);
  const isWaitedFor = state.plan.drainMs > 0;
  if (isWaitedFor && oldInFlight !== undefined && oldInFlight > 0) {
    const next = { ...state, holdUntilMs: atMs + Math.max(state.plan.drainMs, 1000) };
    const why = `old still works on ${formatCount(oldInFlight)} requests`;
    return decide(next, atMs, { loop: "ramp", why, evidence, kind: "hold longer", what: "it is waited for" });
  }
  const wrong = wrongData(state, window);
  if (wrong !== undefined) {
    const next = { ...state, holdUntilMs: atMs + Math.max(state.plan.drainMs, 1000) };
    return decide(next, atMs, { ...wrong, kind: "hold longer", what: "old is kept until that is put right" });
  }
  const next: RolloutState = { ...state, phase: "finished", oldCapacity: "released" };
  const why = oldInFlight === 0 ? "old has finished its last request" : "the time to drain is over";
  return decide(next, atMs, {
    loop: "ramp",
    why,
    evidence,
    kind: "release old",
    what: "old can be taken away",
  });
}

/** Where a gate asks that the data be right, old isn't taken away before it is. */
function wrongData({ plan }: RolloutState, { atMs, divergence }: ObservedWindow): Because | undefined {
  const gate = plan.gates.find(({ metric }) => metric === "divergence.rows");
  if (gate === undefined) return undefined;
  const verdict = judgeDivergence(gate, divergence);
  const { state, reason } = verdict;
  if (state === "PASS") return undefined;
  const measurement = { gate: gate.name, metric: gate.metric, atMs, state, reason, verdict };
  return {
    loop: "judge",
    why: reason,
    evidence: { kind: "gates", measurements: [measurement] },
  };
}

/** What the plan says about failures, where it can still be done. */
export function fail(state: RolloutState, atMs: number, because: Because): Stepped {
  if (state.oldCapacity === "released" || state.phase === "rolled back" || state.phase === "frozen") {
    return note(state, atMs, because);
  }
  switch (state.plan.onFail) {
    case "rollback":
      return rollBack(state, atMs, because);
    case "pause":
      return pause(state, atMs, because);
    case "freeze":
      return decide({ ...state, phase: "frozen", gates: [] }, atMs, {
        ...because,
        kind: "freeze",
        what: `the split stays at ${describe(state.split)}, for going back is forbidden`,
      });
    default:
      return assertNever(state.plan.onFail);
  }
}

export function rollBack(state: RolloutState, atMs: number, because: Because): Stepped {
  const next: RolloutState = { ...state, phase: "rolled back", split: allToOld, gates: [] };
  return decide(next, atMs, { ...because, kind: "roll back", what: "everything goes to old" });
}

export function pause(state: RolloutState, atMs: number, because: Because): Stepped {
  if (state.phase === "paused") return note(state, atMs, because);
  // The gates go on counting, so that a failure while waiting is still seen.
  const fresh = hold({ ...state, phase: "paused" }, atMs, currentHoldMs(state));
  return decide(fresh, atMs, {
    ...because,
    kind: "pause",
    what: `the split stays at ${describe(state.split)} until somebody decides`,
  });
}

/** Said once for each loop, so that a lasting failure can't fill the journal. */
export function note(state: RolloutState, atMs: number, because: Because): Stepped {
  if (state.noted.includes(because.loop)) return { state, decisions: [] };
  const next = { ...state, noted: [...state.noted, because.loop] };
  return decide(next, atMs, {
    ...because,
    kind: "note",
    what: `nothing changes, the rollout is ${state.phase}`,
  });
}

function splitOf({ newShare, mirrorShare, headerRoute }: RolloutStepPlan): SplitTarget {
  return { newShare, mirrorShare, headerRoute };
}
