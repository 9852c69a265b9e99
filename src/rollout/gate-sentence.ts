import { formatCount, formatNumber, formatShare } from "../base/units.ts";
import type { PerVersion } from "../base/version.ts";
import { formatMetric } from "../scenario/rollout-plan.ts";
import type { GateState, LimitEvidence, SampleGate } from "./gate.ts";
import { estimateMetric } from "./metric.ts";
import { endedCount, type Sample, type SampleCounts } from "./sample.ts";

/** A judged limit in a sentence: what was seen, how sure it is, and what it was held against. */
export function sentenceOf(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  return isRatio(limit) ? ratioSentence(gate, limit, samples) : valueSentence(gate, limit, samples);
}

function isRatio({ limit }: LimitEvidence): boolean {
  return limit === "maxRatio" || limit === "minRatio";
}

function valueSentence(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  const { observed, limitValue } = limit;
  const { counts } = samples[gate.of];
  const format = (value: number) => formatMetric(gate.metric, value);
  const interval = intervalOf(limit, format);
  const found = Number.isFinite(observed.value)
    ? `${format(observed.value)}${interval} from ${formatCount(endedCount(counts))} requests`
    : `${beyondMeasure(counts)}${interval}`;
  return `${gate.of}'s ${gate.metric} is ${found}, ${relation(limit)} ${format(limitValue)}`;
}

function ratioSentence(gate: SampleGate, limit: LimitEvidence, samples: PerVersion<Sample>): string {
  const { observed, limitValue } = limit;
  const sides = [gate.of, ...(gate.vs === undefined ? [] : [gate.vs])].map((version) => {
    const { counts } = samples[version];
    const ended = formatCount(endedCount(counts));
    if (gate.metric === "responseTime.shift") return `${version} ${ended} requests`;
    const { value } = estimateMetric(gate.metric, samples[version], 0);
    return Number.isFinite(value)
      ? `${version} ${formatMetric(gate.metric, value)} from ${ended} requests`
      : `${version} ${beyondMeasure(counts)}`;
  });
  const found = Number.isFinite(observed.value)
    ? `is ${formatNumber(observed.value)} times ${gate.vs}'s`
    : `can't be told as a multiple of ${gate.vs}'s`;
  return `${gate.of}'s ${gate.metric} ${found}${intervalOf(limit, formatNumber)}, ${relation(limit)} ${formatNumber(limitValue)}: ${sides.join(", ")}`;
}

/** Why a response time is infinite: requests not sent count as infinitely slow, and they were too many. */
export function beyondMeasure(counts: SampleCounts): string {
  return `beyond measure as ${formatCount(counts.notSent)} of ${formatCount(endedCount(counts))} requests were not sent`;
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

/** Nothing without a confidence, and nothing where the interval says no more than the missing value does. */
function intervalOf({ observed, confidence }: LimitEvidence, format: (value: number) => string): string {
  const { value, low, high } = observed;
  const isTelling = Number.isFinite(value) || (low > 0 && Number.isFinite(low));
  if (confidence === 0 || !isTelling) return "";
  const range = Number.isFinite(high)
    ? `${format(low)} to ${format(high)}`
    : `from ${format(low)} without an upper end`;
  return ` (${formatShare(confidence)} interval ${range})`;
}
