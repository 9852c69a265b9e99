import { formatRatePerSecond } from "../../base/units.ts";
import type { Scenario } from "../../scenario/schema.ts";

/**
 * Told where users are varied and the load is not theirs: a rate in the scenario stays what it is, so that only what
 * counts users themselves, such as connections, moves.
 */
export function fixedLoadNotes({ workload }: Scenario, paths: readonly string[]): readonly string[] {
  const { ratePerSecond } = workload;
  if (ratePerSecond === undefined || !paths.includes("users") || paths.includes("workload.ratePerSecond")) {
    return [];
  }
  const rate = typeof ratePerSecond === "number" ? ` at ${formatRatePerSecond(ratePerSecond)}` : "";
  return [
    `The load stays${rate} for every number of users, because workload.ratePerSecond gives it. For a load that grows with them, say workload.thinkTime, or workload.requestsPerUserPerDay, in its place; \`twinlane model\` grows the rate in proportion.`,
  ];
}
