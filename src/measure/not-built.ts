import { UserError } from "../base/errors.ts";
import { versions } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";

/** Parts that the scenario file already knows and the real run doesn't follow yet. */
function missingParts(plan: RunPlan): readonly string[] {
  const parts: string[] = [];
  if (plan.retries !== undefined && plan.engine === "autocannon")
    parts.push("run.engine: autocannon with workload.retries, for the probe asks everything once");
  for (const version of versions) {
    if (plan.services[version].autoscaler !== undefined)
      parts.push(`services.${version}.autoscaler: servers that come and go`);
  }
  return parts;
}

/**
 * Refuses a run that would leave out what its scenario asks for.
 *
 * @throws UserError `not-built-yet`
 */
export function checkBuilt(plan: RunPlan): void {
  const missing = missingParts(plan);
  if (missing.length > 0) {
    throw new UserError(
      "not-built-yet",
      `\`twinlane run\` can't do this part of the scenario yet:\n  ${missing.join("\n  ")}`,
    );
  }
}
