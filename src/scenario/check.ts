import { checkCompare } from "./check-compare.ts";
import { checkFaults } from "./check-faults.ts";
import { checkRollout } from "./check-rollout.ts";
import { checkSecondService } from "./check-second-service.ts";
import { checkServices } from "./check-services.ts";
import { checkSplit } from "./check-split.ts";
import { checkSplitSource } from "./check-split-source.ts";
import { checkStores } from "./check-stores.ts";
import { checkWorkload } from "./check-workload.ts";
import type { Finding, Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

/** Every way in which a well-shaped scenario contradicts itself: how its parts must fit together. */
export function checkScenario(scenario: Scenario): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  checkWorkload(scenario, report);
  checkServices(scenario, report);
  checkSplit(scenario, report);
  checkSplitSource(scenario.split, report);
  checkRollout(scenario, report);
  checkCompare(scenario, report);
  checkFaults(scenario, report);
  checkStores(scenario, report);
  checkSecondService(scenario, report);
  return findings;
}
