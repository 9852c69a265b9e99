import { UserError } from "../base/errors.ts";
import { versions } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { canDisturb } from "./faults/real-store-fault.ts";

/** Parts that the scenario file already knows and the real run doesn't follow yet. */
function missingParts(plan: RunPlan): readonly string[] {
  const parts: string[] = [];
  if (plan.retries !== undefined) parts.push("workload.retries: clients that ask again");
  for (const version of versions) {
    if (plan.services[version].autoscaler !== undefined)
      parts.push(`services.${version}.autoscaler: servers that come and go`);
  }
  for (const [index, step] of (plan.rollout?.steps ?? []).entries()) {
    if (step.mirrorShare > 0) parts.push(`rollout.steps.${index}.mirror: copies in a ramp`);
    if (step.headerRoute !== undefined)
      parts.push(`rollout.steps.${index}.headerRoute: a header's own route in a ramp`);
  }
  for (const [index, fault] of plan.faults.entries()) {
    if (!canDisturb(plan, fault)) parts.push(`faults.${index}: ${fault.kind} of this ${fault.service}`);
  }
  return parts;
}

/**
 * Refuses a run that would leave out what its scenario asks for.
 *
 * @throws UserError `not-built-yet`, or `scenario-invalid` for a fault that can't be made
 */
export function checkBuilt(plan: RunPlan): void {
  const missing = missingParts(plan);
  if (missing.length > 0) {
    throw new UserError(
      "not-built-yet",
      `\`twinlane run\` can't do this part of the scenario yet:\n  ${missing.join("\n  ")}`,
    );
  }
  for (const { service } of plan.faults) {
    if ((service === "old" || service === "new") && plan.services[service].target.kind === "url") {
      throw new UserError(
        "scenario-invalid",
        `A fault can only be made in a mock; ${service} is a real service.`,
      );
    }
  }
}
