import type { RunResult } from "../result/schema.ts";
import { pageHtml } from "./html/page.ts";
import { reportView } from "./view.ts";

/**
 * The report as one HTML page: no network, no script, the same bytes for the same result. Its size doesn't grow
 * with the number of requests, and with the length of the run only to a bound.
 */
export async function renderReport(result: RunResult): Promise<string> {
  // The drawing library takes longer to load than most commands take to run.
  const { drawFigures } = await import("./charts/panels.ts");
  const view = reportView(result);
  return pageHtml(view, await drawFigures(view.figures));
}
