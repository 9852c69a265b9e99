import { formatCount } from "../base/units.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { GatePlan } from "../scenario/rollout-plan.ts";
import type { SampleMetric } from "../scenario/rollout-schema.ts";
import type { Estimate } from "../stats/estimate.ts";
import { mannWhitney, type RankTest } from "../stats/mann-whitney.ts";
import type { BatchedSample } from "./batched-sample.ts";
import { type Dependence, dependenceOf, widenedZ } from "./dependence.ts";
import { sentenceOf } from "./gate-sentence.ts";
import { estimateMetric, estimateMetricRatio, samplesNeededFor } from "./metric.ts";
import { type ArmSample, endedCount, type Sample, sampleOf } from "./sample.ts";

/** A gate that is judged on what versions answered. */
export type SampleGate = GatePlan & { readonly metric: SampleMetric };

export function isSampleGate(gate: GatePlan): gate is SampleGate {
  return gate.metric !== "divergence.rows" && gate.metric !== "compare.mismatchShare";
}

export type GateState = "PASS" | "FAIL" | "INCONCLUSIVE" | "NO DATA";

/** One limit of a gate and the figures it was held against. */
export type LimitEvidence = {
  readonly limit: "max" | "min" | "maxRatio" | "minRatio";
  readonly limitValue: number;
  readonly state: GateState;
  /** The metric's value, or its ratio to the other version's, with its interval. */
  readonly observed: Estimate;
  readonly confidence: number;
};

export type GateVerdict = {
  readonly state: GateState;
  /** The figures in a sentence. */
  readonly reason: string;
  readonly samples: { readonly [version in Version]?: number };
  readonly limits: readonly LimitEvidence[];
  /** How far requests hung together, where their course in time is known; 1 for independent ones. */
  readonly dependence: { readonly [version in Version]?: Dependence };
  /** Where response times of two versions were compared: the rank test of the same requests. */
  readonly ranks: RankTest | undefined;
};

/**
 * Judges one condition on what both versions answered in the same time.
 *
 * A limit passes when the whole interval meets it, fails when the whole interval breaks it and is inconclusive
 * between; without a confidence the value alone decides. Without a request there is no data, never a pass.
 */
export function judgeGate(gate: SampleGate, arms: PerVersion<ArmSample>): GateVerdict {
  return judgeSamples(
    gate,
    perVersion((version) => ({ whole: sampleOf(arms[version]), batches: [] })),
  );
}

/** The same from samples that know their course in time; without it, requests are taken for independent. */
export function judgeSamples(gate: SampleGate, batched: PerVersion<BatchedSample>): GateVerdict {
  const samples = perVersion((version) => batched[version].whole);
  const judged = gate.vs === undefined ? [gate.of] : [gate.of, gate.vs];
  const counts = Object.fromEntries(judged.map((version) => [version, endedCount(samples[version].counts)]));
  const nothing = (state: GateState, reason: string): GateVerdict => ({
    state,
    reason,
    samples: counts,
    limits: [],
    dependence: {},
    ranks: undefined,
  });
  const empty = judged.filter((version) => counts[version] === 0);
  if (empty.length > 0) return nothing("NO DATA", `${empty.join(" and ")} ended no request`);

  const needed = Math.max(gate.minSamples, samplesNeededFor(gate.metric));
  const scarce = judged.find((version) => (counts[version] ?? 0) < needed);
  if (scarce !== undefined) {
    const found = formatCount(counts[scarce] ?? 0);
    return nothing(
      "INCONCLUSIVE",
      `${scarce} ended ${found} requests; ${gate.metric} needs ${formatCount(needed)}`,
    );
  }
  const dependence = perVersion((version) => dependenceOf(gate.metric, batched[version]));
  const limits = [...judgeValues(gate, samples, dependence), ...judgeRatios(gate, samples, dependence)];
  const compared = gate.vs !== undefined && gate.metric.startsWith("responseTime.") ? gate.vs : undefined;
  return {
    state: worst(limits.map(({ state }) => state)),
    reason: limits.map((limit) => sentenceOf(gate, limit, samples)).join("; "),
    samples: counts,
    limits,
    dependence: Object.fromEntries(judged.map((version) => [version, dependence[version]])),
    ranks: compared && mannWhitney(samples[gate.of].responseTimes, samples[compared].responseTimes),
  };
}

function judgeValues(
  gate: SampleGate,
  samples: PerVersion<Sample>,
  dependence: PerVersion<Dependence>,
): readonly LimitEvidence[] {
  if (gate.max === undefined && gate.min === undefined) return [];
  const observed = estimateMetric(
    gate.metric,
    samples[gate.of],
    widenedZ(gate.valueConfidence, dependence[gate.of]),
  );
  return [
    ...holdAgainst("max", gate.max, { observed, confidence: gate.valueConfidence }),
    ...holdAgainst("min", gate.min, { observed, confidence: gate.valueConfidence }),
  ];
}

function judgeRatios(
  gate: SampleGate,
  samples: PerVersion<Sample>,
  dependence: PerVersion<Dependence>,
): readonly LimitEvidence[] {
  if (gate.vs === undefined) return [];
  const side = (version: Version) => ({
    sample: samples[version],
    z: widenedZ(gate.ratioConfidence, dependence[version]),
  });
  const observed = estimateMetricRatio(gate.metric, side(gate.of), side(gate.vs));
  return [
    ...holdAgainst("maxRatio", gate.maxRatio, { observed, confidence: gate.ratioConfidence }),
    ...holdAgainst("minRatio", gate.minRatio, { observed, confidence: gate.ratioConfidence }),
  ];
}

function holdAgainst(
  limit: LimitEvidence["limit"],
  limitValue: number | undefined,
  { observed, confidence }: { readonly observed: Estimate; readonly confidence: number },
): readonly LimitEvidence[] {
  if (limitValue === undefined) return [];
  const isUpper = limit === "max" || limit === "maxRatio";
  // No interval around "no errors" is bounded as a ratio; still, nothing can't be too many times something.
  const isNone = limit === "maxRatio" && observed.value === 0;
  const meets = isNone || (isUpper ? observed.high <= limitValue : observed.low >= limitValue);
  const breaks = isUpper ? observed.low > limitValue : observed.high < limitValue;
  return [
    { limit, limitValue, state: meets ? "PASS" : breaks ? "FAIL" : "INCONCLUSIVE", observed, confidence },
  ];
}

const severity: readonly GateState[] = ["PASS", "NO DATA", "INCONCLUSIVE", "FAIL"];

function worst(states: readonly GateState[]): GateState {
  return states.reduce((worse, state) => (severity.indexOf(state) > severity.indexOf(worse) ? state : worse));
}
