import { formatCount, formatShare } from "../base/units.ts";
import { perVersion, versions } from "../base/version.ts";
import type { RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { retryColumn, retryColumns } from "./engine/retry-desk.ts";
import type { Merged } from "./merged.ts";

/** What came of the clients' retries, over all replications; undefined where they ask once. */
export function retryReport({ retries }: RunPlan, merged: Merged): RunResult["retries"] {
  if (retries === undefined) return undefined;
  return perVersion((version) => {
    const of = (column: number) =>
      merged.retries[versions.indexOf(version) * retryColumns + column] as number;
    return {
      retried: of(retryColumn.retried),
      recovered: of(retryColumn.recovered),
      exhausted: of(retryColumn.exhausted),
      overBudget: of(retryColumn.overBudget),
      gaveUp: of(retryColumn.gaveUp),
    };
  });
}

export function retryAssumptions({ retries, capacity }: RunPlan): readonly string[] {
  if (retries === undefined) {
    return capacity.retries === 0
      ? []
      : ["Clients ask once: capacity.retries is for the model; workload.retries is simulated."];
  }
  const { budget } = retries;
  return [
    "A client keeps its connection while it pauses before a retry; each attempt meets work and errors of its own.",
    ...(budget === undefined
      ? []
      : [
          `All clients share one budget of retries: ${formatShare(budget.share)} of the requests, and ${formatCount(budget.burst)} saved up.`,
        ]),
  ];
}
