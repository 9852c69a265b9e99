import { type EndpointSummary, type FieldSummary, tallyLimits } from "../../compare/tally.ts";
import type { CompareReport } from "./compare-report.ts";

/**
 * Adds up what two splitters have compared, one after the other. What is beyond noise was judged by each for itself.
 */
export function mergeReports(first: CompareReport, second: CompareReport): CompareReport {
  const compared = first.compared + second.compared;
  const mismatched = first.mismatched + second.mismatched;
  return {
    wanted: first.wanted + second.wanted,
    compared,
    mismatched,
    ...(compared > 0 && { mismatchShare: mismatched / compared }),
    noise: second.noise,
    overload: addOverload(first.overload, second.overload),
    notCompared: addCounts(first.notCompared, second.notCompared),
    endpoints: mergeBy(first.endpoints, second.endpoints, ({ endpoint }) => endpoint, addEndpoints),
    fields: mergeBy(first.fields, second.fields, keyOfField, addFields).toSorted(
      (left, right) => Number(right.isBeyondNoise) - Number(left.isBeyondNoise) || right.raw - left.raw,
    ),
    leftOut: {
      endpoints: Math.max(first.leftOut.endpoints, second.leftOut.endpoints),
      fields: Math.max(first.leftOut.fields, second.leftOut.fields),
    },
  };
}

function mergeBy<T>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (item: T) => string,
  add: (left: T, right: T) => T,
): T[] {
  const merged = new Map(first.map((item) => [keyOf(item), item]));
  for (const item of second) {
    const known = merged.get(keyOf(item));
    merged.set(keyOf(item), known === undefined ? item : add(known, item));
  }
  return [...merged.values()];
}

function keyOfField({ endpoint, field, kind }: FieldSummary): string {
  return `${endpoint}\t${field}\t${kind}`;
}

function addEndpoints(left: EndpointSummary, right: EndpointSummary): EndpointSummary {
  return {
    endpoint: left.endpoint,
    compared: left.compared + right.compared,
    different: left.different + right.different,
    mismatched: left.mismatched + right.mismatched,
    noiseCompared: left.noiseCompared + right.noiseCompared,
    noiseDifferent: left.noiseDifferent + right.noiseDifferent,
    overload: addOverload(left.overload, right.overload),
    notCompared: addCounts(left.notCompared, right.notCompared),
  };
}

function addFields(left: FieldSummary, right: FieldSummary): FieldSummary {
  return {
    ...left,
    raw: left.raw + right.raw,
    noise: left.noise + right.noise,
    underOverload: left.underOverload + right.underOverload,
    isBeyondNoise: left.isBeyondNoise || right.isBeyondNoise,
    examples: [...left.examples, ...right.examples].slice(0, tallyLimits.examples),
  };
}

function addOverload(left: CompareReport["overload"], right: CompareReport["overload"]) {
  return { compared: left.compared + right.compared, different: left.different + right.different };
}

function addCounts(
  left: Readonly<Record<string, number | undefined>>,
  right: Readonly<Record<string, number | undefined>>,
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [reason, count = 0] of [...Object.entries(left), ...Object.entries(right)]) {
    sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}
