import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { Arm, Batch, Check, RunResult } from "../result/schema.ts";
import type { BatchedSample } from "../rollout/batched-sample.ts";
import { judgeComparison } from "../rollout/comparison-gate.ts";
import { judgeDivergence } from "../rollout/divergence-gate.ts";
import { type GateVerdict, isSampleGate, judgeSamples } from "../rollout/gate.ts";
import { type Sample, sampleOf } from "../rollout/sample.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { GatePlan } from "../scenario/rollout-plan.ts";
import { noDurations } from "../stats/bins.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { divergenceReading } from "./data-consistency.ts";

/** The gates of a scenario without a ramp, judged once on everything that was measured. */
export function gateChecks(result: RunResult, plan: RunPlan): readonly Check[] {
  const samples: PerVersion<BatchedSample> = perVersion((version) => batchedSample(result.totals, version));
  return plan.gates.map((gate) => {
    const { state, reason } = verdictOf(gate, samples, result);
    return { kind: "gate", name: gate.name, state, reason };
  });
}

function verdictOf(gate: GatePlan, samples: PerVersion<BatchedSample>, result: RunResult): GateVerdict {
  if (isSampleGate(gate)) return judgeSamples(gate, samples);
  return gate.metric === "compare.mismatchShare"
    ? judgeComparison(gate, result.comparison)
    : judgeDivergence(gate, divergenceReading(result));
}

/** Without batches, as in a simulated result, requests are taken for independent. */
function batchedSample(
  { versions, durationMs, batches = [] }: RunResult["totals"],
  version: Version,
): BatchedSample {
  return {
    whole: sampleOfArm(versions[version], durationMs),
    batches: batches.map((batch) => sampleOfBatch(batch, version)),
  };
}

function sampleOfArm(arm: Arm, durationMs: number): Sample {
  const responseTimes = DurationHistogram.sumOf(Object.values(arm.histograms));
  const { scheduled, completed, failed, timedOut, notSent, inFlight } = arm;
  const counts = { scheduled, completed, failed, timedOut, notSent, inFlight };
  return sampleOf({ counts, responseTimes, durationMs });
}

function sampleOfBatch({ durationMs, versions }: Batch, version: Version): Sample {
  const { histogram, ...counts } = versions[version];
  const responseTimes = histogram === undefined ? noDurations : DurationHistogram.decode(histogram).bins();
  return { counts, responseTimes, durationMs };
}
