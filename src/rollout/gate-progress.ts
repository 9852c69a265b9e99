import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { GatePlan } from "../scenario/rollout-plan.ts";
import { addBatch, type BatchedSample, noBatches } from "./batched-sample.ts";
import { type ComparisonReading, comparedSince, judgeComparison } from "./comparison-gate.ts";
import type { Measurement, SplitTarget } from "./decision.ts";
import { type DivergenceReading, judgeDivergence } from "./divergence-gate.ts";
import { type GateVerdict, isSampleGate, judgeSamples } from "./gate.ts";
import type { Sample } from "./sample.ts";

/** How far one gate has come within one step. */
export type GateProgress = {
  readonly gate: GatePlan;
  readonly startsAtMs: number;
  readonly intervalMs: number;
  readonly nextAtMs: number;
  /** Since the last measurement; where a gate has no interval of its own, since the step began. */
  readonly pending: PerVersion<BatchedSample>;
  /** What had been compared when `pending` began. */
  readonly comparedBefore: ComparisonReading | undefined;
  readonly passes: number;
  readonly failures: number;
  readonly inconclusives: number;
  readonly empties: number;
  readonly consecutiveErrors: number;
  readonly last: Measurement | undefined;
};

/** What both versions answered in one piece of time. */
export type ObservedWindow = {
  /** Its end. */
  readonly atMs: number;
  readonly samples: PerVersion<Sample>;
  /** Answers of new to copied requests, which no user waited for. */
  readonly mirrored?: Sample;
  /** Why its figures must not be used, for example because the load generator stood still. */
  readonly distrust?: string;
  /** Requests that old is working on at the end of the window. */
  readonly oldInFlight?: number;
  /** New is out for the splitter, which sends its requests to old, since when and why. */
  readonly newOut?: { readonly sinceMs: number; readonly cause: string };
  /** What is wrong with the data of both versions, as last looked at. */
  readonly divergence?: DivergenceReading;
  /** How the answers of both versions compare since the run began. */
  readonly comparison?: ComparisonReading;
};

/** The gates that can be judged under this split, at their beginning. */
export function startGates(
  gates: readonly GatePlan[],
  step: { readonly split: SplitTarget; readonly atMs: number; readonly holdMs: number },
): readonly GateProgress[] {
  return gates
    .map((gate) => narrowTo(step.split, gate))
    .filter((gate) => gate !== undefined)
    .map((gate) => {
      const intervalMs = gate.intervalMs ?? step.holdMs;
      const startsAtMs = step.atMs + gate.initialDelayMs;
      const firstAtMs = gate.intervalMs === undefined ? step.atMs + step.holdMs : startsAtMs + intervalMs;
      return {
        gate,
        startsAtMs,
        intervalMs,
        nextAtMs: firstAtMs,
        pending: nothing,
        comparedBefore: undefined,
        passes: 0,
        failures: 0,
        inconclusives: 0,
        empties: 0,
        consecutiveErrors: 0,
        last: undefined,
      };
    });
}

/** Takes a window in; measures when the gate's interval is over. */
export function stepGate(progress: GateProgress, window: ObservedWindow): GateProgress {
  const begins = { ...window, atMs: window.atMs - window.samples.new.durationMs };
  const isCounted = window.distrust === undefined && hasReached(begins, progress.startsAtMs);
  const pending = isCounted
    ? perVersion((version) => addBatch(progress.pending[version], window.samples[version]))
    : progress.pending;
  const comparedBefore =
    (hasReached(begins, progress.startsAtMs) ? progress.comparedBefore : undefined) ?? window.comparison;
  if (!hasReached(window, progress.nextAtMs)) return { ...progress, pending, comparedBefore };
  const last = measure({ ...progress, pending, comparedBefore }, window);
  const isCumulative = progress.gate.intervalMs === undefined && last.state !== "PASS";
  return {
    ...count(progress, last.state),
    pending: isCumulative ? pending : nothing,
    comparedBefore: isCumulative ? comparedBefore : window.comparison,
    nextAtMs: window.atMs + progress.intervalMs,
    last,
  };
}

/** Whether a window ends at a moment or after it; real windows end a little early or late, by a tenth at most. */
export function hasReached({ atMs, samples }: ObservedWindow, dueMs: number): boolean {
  return atMs >= dueMs - samples.new.durationMs / 10 - 1e-6;
}

function measure(progress: GateProgress, window: ObservedWindow): Measurement {
  const { gate, pending } = progress;
  const base = { gate: gate.name, metric: gate.metric, atMs: window.atMs };
  if (isSampleGate(gate) && pending.new.whole.durationMs === 0 && window.distrust !== undefined) {
    return {
      ...base,
      state: "ERROR",
      reason: `nothing could be trusted: ${window.distrust}`,
      verdict: undefined,
    };
  }
  const verdict = verdictOf(progress, window);
  return { ...base, state: verdict.state, reason: verdict.reason, verdict };
}

function verdictOf({ gate, pending, comparedBefore }: GateProgress, window: ObservedWindow): GateVerdict {
  if (isSampleGate(gate)) return judgeSamples(gate, pending);
  return gate.metric === "compare.mismatchShare"
    ? judgeComparison(gate, comparedSince(window.comparison, comparedBefore))
    : judgeDivergence(gate, window.divergence);
}

function count(progress: GateProgress, state: Measurement["state"]): GateProgress {
  const consecutiveErrors = state === "ERROR" ? progress.consecutiveErrors + 1 : 0;
  return {
    ...progress,
    consecutiveErrors,
    passes: progress.passes + (state === "PASS" ? 1 : 0),
    failures: progress.failures + (state === "FAIL" ? 1 : 0),
    inconclusives: progress.inconclusives + (state === "INCONCLUSIVE" ? 1 : 0),
    empties: progress.empties + (state === "NO DATA" ? 1 : 0),
  };
}

/** Unusable measurements in a row that a gate survives. */
const consecutiveErrorLimit = 4;

export type GateStanding = "open" | "passed" | "failed" | "inconclusive" | "no data";

/** Where a gate stands after its measurements so far. */
export function standingOf(progress: GateProgress): GateStanding {
  const { gate, failures, inconclusives, empties, passes, consecutiveErrors } = progress;
  if (failures > gate.failureLimit) return "failed";
  if (empties > 0 && gate.noData === "fail") return "failed";
  if (empties > 0 && gate.noData === "pause") return "no data";
  if (inconclusives > gate.inconclusiveLimit || consecutiveErrors > consecutiveErrorLimit)
    return "inconclusive";
  return passes > 0 ? "passed" : "open";
}

const nothing: PerVersion<BatchedSample> = { old: noBatches, new: noBatches };

/** A gate without what this split leaves nothing to compare with; undefined where nothing is left of it. */
function narrowTo(split: SplitTarget, gate: GatePlan): GatePlan | undefined {
  if (!getsTraffic(split, gate.of)) return undefined;
  if (gate.vs === undefined || getsTraffic(split, gate.vs)) return gate;
  if (gate.max === undefined && gate.min === undefined) return undefined;
  return { ...gate, vs: undefined, maxRatio: undefined, minRatio: undefined };
}

/** Whether anybody's requests, or copies of them, reach a version under this split. */
export function getsTraffic({ newShare, mirrorShare, headerRoute }: SplitTarget, version: Version): boolean {
  if (version === "old") return newShare < 1;
  return newShare > 0 || mirrorShare > 0 || headerRoute !== undefined;
}
