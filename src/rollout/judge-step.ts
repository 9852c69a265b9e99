import { formatCount } from "../base/units.ts";
import {
  type GateProgress,
  type GateStanding,
  getsTraffic,
  hasReached,
  type ObservedWindow,
  standingOf,
  stepGate,
} from "./gate-progress.ts";
import {
  type Because,
  describe,
  nameOf,
  type RolloutState,
  requestsSeen,
  type SeenWindows,
  type Stepped,
} from "./rollout-state.ts";
import { endedCount } from "./sample.ts";
import { beginDrain, beginStep, endBelow, fail, holdLonger, pause, promote } from "./transitions.ts";

/** The judge: runs the gates of a step over a window; a step that holds to its end leads to the next. */
export function judgeStep(before: RolloutState, window: ObservedWindow): Stepped {
  const state = count(runGates(before, window), window);
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

/** A request has ended, whatever its time says; so it counts in a window that can't be trusted, too. */
function count(state: RolloutState, { samples, distrust }: ObservedWindow): RolloutState {
  const { newEnded, windows, distrusted } = state.seen;
  const seen: SeenWindows = {
    newEnded: newEnded + endedCount(samples.new.counts),
    windows: windows + 1,
    distrusted: distrusted + (distrust === undefined ? 0 : 1),
    distrust: distrust ?? state.seen.distrust,
  };
  return { ...state, seen };
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
  const unseen = getsTraffic(state.split, "new") ? whyUnseen(state) : undefined;
  if (unseen !== undefined) {
    return pause(state, atMs, { loop: "judge", why: unseen, evidence: requestsSeen(state) });
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

/** Why the step has shown nothing of new, where it hasn't. */
function whyUnseen(state: RolloutState): string | undefined {
  const { newEnded, windows, distrusted, distrust } = state.seen;
  const place = nameOf(state);
  if (newEnded === 0) {
    const late =
      distrusted === 0
        ? ""
        : `, ${formatCount(distrusted)} of whose ${formatCount(windows)} windows could not be trusted (${distrust})`;
    return `new ended no request in ${place}${late}, which gives it ${describe(state.split)}`;
  }
  if (distrusted < windows) return undefined;
  return `none of the ${formatCount(windows)} windows of ${place} could be trusted (${distrust}); new ended ${formatCount(newEnded)} requests in them`;
}

function becausePassed(state: RolloutState): Because {
  const { evidence, why } = becauseOf(state.gates);
  if (state.gates.length > 0) return { loop: "judge", why: `${nameOf(state)} passed: ${why}`, evidence };
  return {
    loop: "judge",
    why: `${nameOf(state)} passed: ${formatCount(state.seen.newEnded)} requests of new ended in it, and it has no gates`,
    evidence: requestsSeen(state),
  };
}

/** The last measurement of each of these gates, with its numbers. */
function becauseOf(gates: readonly GateProgress[]): Because {
  const measurements = gates.flatMap(({ last }) => last ?? []);
  const reasons = measurements.map(({ reason }) => reason);
  const unmeasured = gates
    .filter(({ last }) => last === undefined)
    .map(({ gate }) => `${gate.name}: not measured yet`);
  return {
    loop: "judge",
    why: [...reasons, ...unmeasured].join("; "),
    evidence: { kind: "gates", measurements },
  };
}
