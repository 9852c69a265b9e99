import { formatCount, formatShare } from "../base/units.ts";
import {
  type GateProgress,
  type GateStanding,
  hasReached,
  type ObservedWindow,
  standingOf,
  stepGate,
} from "./gate-progress.ts";
import { type Because, nameOf, type RolloutState, type Stepped } from "./rollout-state.ts";
import { endedCount } from "./sample.ts";
import { beginDrain, beginStep, endBelow, fail, holdLonger, pause, promote } from "./transitions.ts";

/** The judge: runs the gates of a step over a window; a step that holds to its end leads to the next. */
export function judgeStep(before: RolloutState, window: ObservedWindow): Stepped {
  const state = countNew(runGates(before, window), window);
  const bad = actOnGates(state, window.atMs);
  if (bad !== undefined) return bad;
  if (!hasReached(window, state.holdUntilMs)) return { state, decisions: [] };
  return concludeStep(state, window.atMs);
}

/** While a person is awaited, new may still fail; it can't pass. */
export function judgePaused(before: RolloutState, window: ObservedWindow): Stepped {
  const state = runGates(before, window);
  const failed = withStanding(state, "failed");
  if (failed.length === 0 || state.plan.onFail === "pause") return { state, decisions: [] };
  return fail(state, window.atMs, becauseOf(failed));
}

function runGates(state: RolloutState, window: ObservedWindow): RolloutState {
  return { ...state, gates: state.gates.map((progress) => stepGate(progress, window)) };
}

function countNew(state: RolloutState, { samples, distrust }: ObservedWindow): RolloutState {
  return distrust === undefined
    ? { ...state, newEnded: state.newEnded + endedCount(samples.new.counts) }
    : state;
}

function actOnGates(state: RolloutState, atMs: number): Stepped | undefined {
  const failed = withStanding(state, "failed");
  if (failed.length > 0) return fail(state, atMs, becauseOf(failed));
  const unclear = [...withStanding(state, "no data"), ...withStanding(state, "inconclusive")];
  if (unclear.length > 0) return pause(state, atMs, becauseOf(unclear));
  return undefined;
}

function withStanding(state: RolloutState, standing: GateStanding): readonly GateProgress[] {
  return state.gates.filter((progress) => standingOf(progress) === standing);
}

/** The hold is over and no gate is broken: further, or longer where a gate hasn't passed yet. */
function concludeStep(state: RolloutState, atMs: number): Stepped {
  const takesTraffic = state.split.newShare > 0 || state.split.mirrorShare > 0;
  if (takesTraffic && state.newEnded === 0) {
    return pause(state, atMs, {
      loop: "judge",
      why: `new ended no request in ${nameOf(state)}, which gives it ${formatShare(state.split.newShare)}`,
      evidence: { kind: "requests", newEnded: 0, oldInFlight: undefined },
    });
  }
  const waiting = state.gates.filter(({ passes }) => passes === 0);
  const undecided = waiting.filter(({ empties }) => empties === 0);
  if (undecided.length > 0) return holdLonger(state, atMs, becauseOf(undecided));
  const isNonePassed = state.gates.length > 0 && waiting.length === state.gates.length;
  if (isNonePassed) return pause(state, atMs, becauseOf(waiting));

  const passed = becausePassed(state);
  if (state.phase === "baking") return beginDrain(state, atMs, passed);
  if (state.stepIndex + 1 < state.plan.steps.length) {
    return beginStep(state, atMs, { index: state.stepIndex + 1, ...passed });
  }
  return state.split.newShare === 1 ? promote(state, atMs, passed) : endBelow(state, atMs, passed);
}

function becausePassed(state: RolloutState): Because {
  const { evidence, why } = becauseOf(state.gates);
  if (state.gates.length > 0) return { loop: "judge", why: `${nameOf(state)} passed: ${why}`, evidence };
  return {
    loop: "judge",
    why: `${nameOf(state)} passed: ${formatCount(state.newEnded)} requests of new ended in it, and it has no gates`,
    evidence: { kind: "requests", newEnded: state.newEnded, oldInFlight: undefined },
  };
}

/** The last measurement of each of these gates, with its numbers. */
function becauseOf(gates: readonly GateProgress[]): Because {
  const measurements = gates.flatMap(({ last }) => last ?? []);
  const reasons = measurements.map(({ gate, state, reason }) => `${gate}: ${state}, ${reason}`);
  const unmeasured = gates
    .filter(({ last }) => last === undefined)
    .map(({ gate }) => `${gate.name}: not measured yet`);
  return {
    loop: "judge",
    why: [...reasons, ...unmeasured].join("; "),
    evidence: { kind: "gates", measurements },
  };
}
