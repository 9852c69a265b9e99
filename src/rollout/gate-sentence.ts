import { formatCount, formatNumber, formatShare } from "../base/units.ts";
import type { PerVersion } from "../base/version.ts";
import { formatMetric } from "../scenario/rollout-plan.ts";
import type { SampleMetric } from "../scenario/rollout-schema.ts";
import type { Estimate } from "../stats/estimate.ts";
import type { GateState, LimitEvidence, SampleGate } from "./gate.ts";
import { estimateMetric } from "./metric.ts";
import { endedCount, type Sample } from "./sample.ts";

/** A judged limit in a sentence: what was seen, how sure it is, and what it was held against. */
export function sentenceOf(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  return isRatio(limit) ? ratioSentence(gate, limit, samples) : valueSentence(gate, limit, samples);
}

function isRatio({ limit }: LimitEvidence): boolean {
  return limit === "maxRatio" || limit === "minRatio";
}

function valueSentence(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  const { observed, limitValue, confidence } = limit;
  const format = (value: number) => formatValue(gate.metric, value);
  const interval =
    confidence === 0 ? "" : ` (${formatShare(confidence)} interval ${range(observed, format)})`;
  const ended = formatCount(endedCount(samples[gate.of].counts));
  return `${gate.of}'s ${gate.metric} is ${format(observed.value)}${interval} from ${ended} requests, ${relation(limit)} ${format(limitValue)}`;
}

function ratioSentence(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  const { observed, limitValue, confidence } = limit;
  const interval =
    confidence === 0 ? "" : ` (${formatShare(confidence)} interval ${range(observed, formatRatio)})`;
  const sides = [gate.of, ...(gate.vs === undefined ? [] : [gate.vs])].map((version) => {
    const ended = formatCount(endedCount(samples[version].counts));
    if (gate.metric === "responseTime.shift") return `${version} ${ended} requests`;
    const { value } = estimateMetric(gate.metric, samples[version], 0);
    return `${version} ${formatValue(gate.metric, value)} from ${ended} requests`;
  });
  return `${gate.of}'s ${gate.metric} is ${formatRatio(observed.value)} times ${gate.vs}'s${interval}, ${relation(limit)} ${formatRatio(limitValue)}: ${sides.join(", ")}`;
}

function relation({ limit, state }: LimitEvidence): string {
  const isUpper = limit === "max" || limit === "maxRatio";
  const words: Readonly<Record<GateState, string>> = {
    PASS: isUpper ? "at or below the limit of" : "at or above the least of",
    FAIL: isUpper ? "above the limit of" : "below the least of",
    INCONCLUSIVE: isUpper
      ? "which leaves open whether it meets the limit of"
      : "which leaves open whether it meets the least of",
    "NO DATA": "without data for",
  };
  return words[state];
}

function range({ low, high }: Estimate, format: (value: number) => string): string {
  return Number.isFinite(high)
    ? `${format(low)} to ${format(high)}`
    : `from ${format(low)} without an upper end`;
}

function formatRatio(value: number): string {
  return Number.isFinite(value) ? formatNumber(value) : "infinitely many";
}

function formatValue(metric: SampleMetric, value: number): string {
  return Number.isFinite(value) ? formatMetric(metric, value) : "endless";
}
