import { jsonPathExpected, safeMethods } from "./compare-schema.ts";
import type { Report } from "./finding.ts";
import { parseJsonPath } from "./json-path.ts";
import type { Scenario } from "./schema.ts";

/** How answers are compared: paths that can be read, copies that do no harm. */
export function checkCompare({ compare }: Scenario, report: Report): void {
  for (const path of Object.keys(compare?.tolerance ?? {})) {
    if (parseJsonPath(path) === undefined) report(["compare", "tolerance", path], jsonPathExpected);
  }
  for (const [index, method] of (compare?.methods ?? []).entries()) {
    if (compare?.writes !== "never" || safeMethods.has(method.toUpperCase())) continue;
    report(
      ["compare", "methods", index],
      `copies of ${method} would do its work twice; set compare.writes to idempotency-key or dry-run, or leave it out`,
    );
  }
  if (compare?.webhook !== undefined && compare.maxMismatch === undefined)
    report(["compare", "webhook"], "is never called without maxMismatch, the limit that it tells of");
}
