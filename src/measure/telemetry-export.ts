import { systemClock } from "../base/clock.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { MetricStore } from "../telemetry/metric-store.ts";
import { type OtlpSettings, otlpSettings } from "../telemetry/otlp-settings.ts";
import { ComparisonBook } from "./comparison-book.ts";
import type { RunLog } from "./run-log.ts";
import { comparisonCounter, countSplitter, countWindow } from "./run-metrics.ts";
import type { StartedSplitter } from "./splitter-process.ts";

/** The export of a run's metrics, for whoever watches from outside. */
export type RunTelemetry = {
  /** Counts what this splitter and the drivers before it tell from here on. */
  follow(splitter: StartedSplitter): void;
  /** Sends the last figures; takes five seconds at most, and never fails. */
  stop(): Promise<void>;
};

export type TelemetryOptions = {
  readonly log: RunLog;
  readonly runId: string;
  readonly twinlaneVersion: string;
};

const noTelemetry: RunTelemetry = { follow: () => undefined, stop: async () => undefined };

/**
 * Exports the run's metrics over OTLP where the standard variables or the scenario ask for it; OpenTelemetry is
 * loaded only then. Whatever goes wrong with it is an event in the journal, and the run goes on.
 */
export async function startTelemetry(plan: RunPlan, options: TelemetryOptions): Promise<RunTelemetry> {
  const settings = otlpSettings(process.env, plan.telemetry?.otlp);
  if (settings.kind === "off") return noTelemetry;
  if (settings.kind === "on") return await exportRun(plan, options, settings);
  options.log.event("telemetry", -plan.timeline.warmUpMs, `No metrics are exported: ${settings.reason}.`);
  return noTelemetry;
}

async function exportRun(
  plan: RunPlan,
  { log, runId, twinlaneVersion }: TelemetryOptions,
  settings: Extract<OtlpSettings, { kind: "on" }>,
): Promise<RunTelemetry> {
  const store = new MetricStore();
  // The run's own time begins with its load.
  let hasLoad = false;
  const tell = (sentence: string) =>
    log.event("telemetry", hasLoad ? log.planMs(systemClock.nowMs()) : -plan.timeline.warmUpMs, sentence);
  try {
    const { startOtlpExport } = await import("../telemetry/otlp-export.ts");
    const exporting = startOtlpExport({
      settings,
      store,
      twinlaneVersion,
      resourceAttributes: { "twinlane.run.id": runId, "twinlane.scenario.name": plan.name },
      onExport: exportWatch(tell),
    });
    const follow = ({ child, port }: StartedSplitter) => {
      const target = { host: "127.0.0.1", port };
      const compared = new ComparisonBook();
      const countComparison = comparisonCounter(store);
      child.onReport((report) => {
        if (report.type === "stats") countSplitter(store, report);
        if (report.type === "compare") countComparison(compared.take(report.report, report.processId));
      });
      log.watch((entry) => {
        if (entry.type !== "window") return;
        hasLoad = true;
        countWindow(store, entry.window, { plan, target });
      });
    };
    return { follow, stop: exporting.stop };
  } catch (error) {
    tell(`No metrics are exported: ${error instanceof Error ? error.message : String(error)}`);
    return noTelemetry;
  }
}

/** Most turns told: a collector that comes and goes all day shouldn't fill the report. */
const maxTurns = 20;

/** Tells when exports begin to fail and when they succeed again, not each of them. */
function exportWatch(tell: (sentence: string) => void): (failure: string | undefined) => void {
  let isFailing = false;
  let turns = 0;
  return (failure) => {
    if ((failure !== undefined) === isFailing) return;
    isFailing = failure !== undefined;
    if (++turns > maxTurns) return;
    tell(
      failure === undefined
        ? "The collector takes metrics again."
        : `The collector took no metrics: ${failure}.`,
    );
  };
}
