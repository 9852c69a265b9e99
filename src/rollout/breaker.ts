import type { BreakerPlan } from "../scenario/rollout-plan.ts";
import type { BreakerEvidence } from "./decision.ts";

/**
 * The loop of single calls: passes new over when its calls fail, and tries it again with a few requests before
 * it trusts it. Pure: time comes with every call.
 *
 * closed → open after failures in a row, or a share of failures in the window that holds enough calls;
 * open → half open when its time is over; half open → closed when all trials succeeded, open when one failed.
 */
export type BreakerState = {
  readonly phase: "closed" | "open" | "half open";
  readonly consecutiveFailures: number;
  /** Calls of the window in slices of a tenth of it, oldest first; at most eleven. */
  readonly slices: readonly BreakerSlice[];
  readonly openedAtMs: number;
  /** Half open: trial requests let through, and how many of them succeeded. */
  readonly trialsSent: number;
  readonly trialsPassed: number;
  /** Counts how often it opened, so that answers of calls sent before are told from those of trials. */
  readonly epoch: number;
};

type BreakerSlice = { readonly startMs: number; readonly calls: number; readonly failures: number };

export type BreakerChange = {
  readonly to: BreakerState["phase"];
  readonly atMs: number;
  readonly sentence: string;
  readonly evidence: BreakerEvidence;
};

export const closedBreaker: BreakerState = {
  phase: "closed",
  consecutiveFailures: 0,
  slices: [],
  openedAtMs: 0,
  trialsSent: 0,
  trialsPassed: 0,
  epoch: 0,
};

/**
 * Whether a request may go to new now. Whoever sends it keeps the returned `epoch` and gives it back with the
 * outcome.
 */
export function admitCall(
  plan: BreakerPlan,
  state: BreakerState,
  atMs: number,
): { readonly state: BreakerState; readonly isAdmitted: boolean } {
  if (state.phase === "closed") return { state, isAdmitted: true };
  if (state.phase === "open") {
    if (atMs - state.openedAtMs < plan.openForMs) return { state, isAdmitted: false };
    return { state: { ...state, phase: "half open", trialsSent: 1, trialsPassed: 0 }, isAdmitted: true };
  }
  if (state.trialsSent >= plan.trials) return { state, isAdmitted: false };
  return { state: { ...state, trialsSent: state.trialsSent + 1 }, isAdmitted: true };
}

/** Books how an admitted call ended; gives the change of phase, where there is one. */
export function bookCall(
  plan: BreakerPlan,
  state: BreakerState,
  call: { readonly atMs: number; readonly isOk: boolean; readonly epoch: number },
): { readonly state: BreakerState; readonly change: BreakerChange | undefined } {
  if (call.epoch !== state.epoch || state.phase === "open") return { state, change: undefined };
  return state.phase === "half open" ? bookTrial(plan, state, call) : bookClosed(plan, state, call);
}

type Call = Parameters<typeof bookCall>[2];
type Booked = ReturnType<typeof bookCall>;

function bookClosed(plan: BreakerPlan, state: BreakerState, call: Call): Booked {
  const slices = addToSlices(plan, state.slices, call);
  const consecutiveFailures = call.isOk ? 0 : state.consecutiveFailures + 1;
  const next = { ...state, slices, consecutiveFailures };
  if (call.isOk) return { state: next, change: undefined };
  const calls = slices.reduce((sum, slice) => sum + slice.calls, 0);
  const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
  const seen = { consecutiveFailures, failures, calls };
  if (consecutiveFailures >= plan.consecutiveFailures) {
    return open(next, call.atMs, {
      evidence: { cause: "consecutive failures", ...seen },
      sentence: `${consecutiveFailures} calls of new failed in a row`,
    });
  }
  if (calls >= plan.minVolume && failures / calls > plan.failureShare) {
    return open(next, call.atMs, {
      evidence: { cause: "failure share", ...seen },
      sentence: `${failures} of the last ${calls} calls of new failed`,
    });
  }
  return { state: next, change: undefined };
}

function bookTrial(plan: BreakerPlan, state: BreakerState, call: Call): Booked {
  const trialsPassed = state.trialsPassed + (call.isOk ? 1 : 0);
  const seen = { consecutiveFailures: call.isOk ? 0 : 1, failures: call.isOk ? 0 : 1, calls: trialsPassed };
  if (!call.isOk) {
    return open(state, call.atMs, {
      evidence: { cause: "failed trial", ...seen },
      sentence: "a trial request to new failed",
    });
  }
  if (trialsPassed < plan.trials) return { state: { ...state, trialsPassed }, change: undefined };
  return {
    state: { ...closedBreaker, epoch: state.epoch },
    change: {
      to: "closed",
      atMs: call.atMs,
      sentence: `${trialsPassed} trial requests to new succeeded`,
      evidence: { cause: "trials succeeded", ...seen },
    },
  };
}

function open(
  state: BreakerState,
  atMs: number,
  { evidence, sentence }: { readonly evidence: BreakerEvidence; readonly sentence: string },
): Booked {
  return {
    state: { ...closedBreaker, phase: "open", openedAtMs: atMs, epoch: state.epoch + 1 },
    change: { to: "open", atMs, sentence, evidence },
  };
}

const slicesPerWindow = 10;

function addToSlices(
  plan: BreakerPlan,
  slices: readonly BreakerSlice[],
  call: Call,
): readonly BreakerSlice[] {
  const sliceMs = plan.windowMs / slicesPerWindow;
  const isInWindow = (slice: BreakerSlice) => slice.startMs + sliceMs > call.atMs - plan.windowMs;
  const first = slices[0];
  const kept = first === undefined || isInWindow(first) ? slices : slices.filter(isInWindow);
  const last = kept.at(-1);
  const failures = call.isOk ? 0 : 1;
  if (last !== undefined && call.atMs < last.startMs + sliceMs) {
    return kept.with(-1, { ...last, calls: last.calls + 1, failures: last.failures + failures });
  }
  const startMs = Math.floor(call.atMs / sliceMs) * sliceMs;
  return [...kept, { startMs, calls: 1, failures }];
}
