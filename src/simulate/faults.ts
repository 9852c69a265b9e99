import { UserError } from "../base/errors.ts";
import type { FaultPlan } from "../scenario/fault-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SimulationSettings } from "./settings.ts";

/** What changes data or memory and no time: it is noted, and nothing that is simulated differs. */
const timelessKinds: ReadonlySet<FaultPlan["kind"]> = new Set([
  "wrong-answers",
  "memory-leak",
  "lost-writes",
  "reordering",
  "clock-skew",
  "replica-lag",
]);

export function isTimeless({ kind, service }: FaultPlan): boolean {
  return timelessKinds.has(kind) || (kind === "restart" && service === "splitter");
}

/**
 * Checks that every fault of the plan has a meaning in virtual time; leaving one out would be a wrong answer.
 *
 * @throws UserError scenario-invalid for one that has none
 */
export function checkFaults({ faults }: RunPlan, { loadBalancing }: SimulationSettings): void {
  for (const { kind, service, replica } of faults) {
    if ((service === "database" || service === "cache") && kind === "bandwidth")
      throw new UserError(
        "scenario-invalid",
        `The fault bandwidth of ${service} has no meaning in virtual time, where a store's answers have no size; leave it out of faults to simulate the rest.`,
      );
    if (service === "cache" && kind === "hang")
      throw new UserError(
        "scenario-invalid",
        "The fault hang of cache has no meaning in virtual time: how long a service waits for a cache before it asks the database is no part of a scenario; take crash.",
      );
    if (service === "driver")
      throw new UserError(
        "scenario-invalid",
        `The fault ${kind} of driver has no meaning in virtual time, where no load generator can stand still; leave it out of faults to simulate the rest.`,
      );
    if (replica !== undefined && loadBalancing === "pooled")
      throw new UserError(
        "scenario-invalid",
        `The fault ${kind} of one process of ${service} has no meaning where all of them are one pool; set capacity.loadBalancing to leastConnections.`,
      );
  }
}

/** Whether a fault hits the process of a version with this number, from 0. */
export function hitsReplica(fault: FaultPlan, replica: number): boolean {
  return fault.replica === undefined || fault.replica === replica + 1;
}
