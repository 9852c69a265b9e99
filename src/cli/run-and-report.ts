import { checkRampPower } from "../analysis/ramp-power.ts";
import { type FinishedRun, type MeasureOrder, measureAndReport } from "./measure-and-report.ts";

/** What the scenario says for other commands than this one. */
const predictNote =
  "`predict` has no part in a single run: this one was at the full load; see `twinlane predict`.";

/** Runs a scenario as it stands, once. */
export async function runAndReport(order: MeasureOrder): Promise<FinishedRun> {
  const { plan } = order.loaded;
  checkRampPower(plan);
  const notes = plan.predict === undefined ? [] : [predictNote];
  return await measureAndReport(order, { plan, name: plan.name, notes });
}
