import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../base/invariant.ts";
import { jobComparer } from "./compare-job.ts";
import type { CompareSettings, FromComparer, ToComparer } from "./compare-messages.ts";

/** The thread in which answers are unpacked, parsed and compared, so that no request waits for it. */

const port = parentPort;
invariant(port !== null, "comparing runs in a thread of its own");
const settings = workerData as CompareSettings;
const { tally, run } = jobComparer(settings);

port.on("message", (message: ToComparer) => {
  if (message.type === "jobs") {
    message.jobs.forEach(run);
    tell({ type: "done" });
    return;
  }
  tell({ type: "report", summary: tally.summary(settings.thresholds) });
});

function tell(message: FromComparer): void {
  port?.postMessage(message);
}
