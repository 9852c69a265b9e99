import type { Version } from "../../base/version.ts";
import type { AgreementQuantity } from "../../result/agreement-schema.ts";
import type { RunResult } from "../../result/schema.ts";

/** What model, simulation and measurement are compared by, and how it is written. */
export const agreementQuantities: readonly AgreementQuantity[] = [
  "throughputPerSecond",
  "cpuCores",
  "responseTimeMeanMs",
  "responseTimeP99Ms",
];

export type Figures = { readonly [quantity in AgreementQuantity]?: number };

/** A version's figures in a result of any clock; what it can't tell is absent. */
export function figuresOf(result: RunResult, version: Version): Figures {
  const arm = result.totals.versions[version];
  const { mean, p99 } = arm.responseTimeMs;
  const cores = cpuCores(result, version);
  if (arm.scheduled === 0) return {};
  return {
    throughputPerSecond: arm.throughputPerSecond,
    ...(cores !== undefined && { cpuCores: cores }),
    ...(mean !== undefined && { responseTimeMeanMs: mean }),
    ...(typeof p99 === "number" && { responseTimeP99Ms: p99 }),
  };
}

/** The mean CPU use of a version's processes in the measured part, summed; of a result without samples, its means. */
function cpuCores({ resources, totals }: RunResult, version: Version): number | undefined {
  const means = resources
    .filter(({ role }) => role === version)
    .map(({ samples, summary }) => {
      const shares = samples
        .filter(({ atMs }) => atMs > 500 && atMs <= totals.durationMs)
        .map(({ cpuShare }) => cpuShare)
        .filter((share) => share !== undefined);
      if (shares.length === 0) return summary.cpuShareMean;
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    });
  if (means.length === 0 || means.includes(undefined)) return undefined;
  return means.reduce<number>((sum, mean) => sum + (mean ?? 0), 0);
}
