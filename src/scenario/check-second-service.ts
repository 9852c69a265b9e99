import { versions } from "../base/version.ts";
import type { Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

/** What a second service doesn't go with. */
export function checkSecondService({ services, rollout, split }: Scenario, report: Report): void {
  if (services.second === undefined) return;
  const path = ["services", "second"];
  for (const version of versions) {
    if (services[version].url !== undefined)
      report(path, `is called by mocks; services.${version} is a real service and calls what it likes`);
  }
  if (rollout.steps !== undefined || split.source !== undefined)
    report(path, "keeps its share, and the first one's changes; remove the ramp or the source");
}
