import { systemClock } from "../base/clock.ts";
import type { Version } from "../base/version.ts";
import { journalSchemaId } from "../result/journal.ts";
import { RunRecord } from "../result/run-record.ts";
import type { Environment, RunResult } from "../result/schema.ts";
import { JournalWriter } from "../result/store.ts";
import { splitSentence } from "../rollout/split-sentence.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { FromSplitter, SplitterEvent, SplitterStats, ToSplitter } from "../splitter/messages.ts";
import { withProvidedFlag } from "../workload/flagged-users.ts";
import { AttemptAudit } from "./attempt-audit.ts";
import { calibrate, isCalibrated } from "./calibration.ts";
import { type AnyProcess, endProcess } from "./child-process.ts";
import { ComparisonBook } from "./comparison-book.ts";
import { DecisionAudit } from "./decision-audit.ts";
import { DataWatch } from "./divergence/data-watch.ts";
import { driveLoad } from "./drive-load.ts";
import { describeEnvironment } from "./host/machine.ts";
import { LiveSplitAudit } from "./live-split-audit.ts";
import { startMessageQueue } from "./message-queue.ts";
import { mismatchAlert, resolveWebhook } from "./mismatch-alert.ts";
import { checkBuilt } from "./not-built.ts";
import type { OnProgress } from "./progress.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { readProvidedFlag } from "./read-flags.ts";
import { RunLog } from "./run-log.ts";
import { RunningSplitter } from "./running-splitter.ts";
import { startSecondService } from "./second-service.ts";
import { Services } from "./services.ts";
import { SplitFollower } from "./split-follower.ts";
import { splitSources } from "./split-sources.ts";
import { storeUseTeller } from "./store-use-teller.ts";
import { poolSentence } from "./stores/pools.ts";
import { resolveTargets } from "./target.ts";
import { startTelemetry } from "./telemetry-export.ts";

const splitterPatienceMs = 10_000;
const splitterDrainMs = 1000;

export type RunOptions = {
  /** An empty directory that is this run's own; the journal is written there. */
  readonly directory: string;
  readonly runId: string;
  /** Where files that the scenario names are looked for. */
  readonly scenarioDirectory: string;
  readonly allowedHosts: readonly string[];
  readonly twinlaneVersion: string;
  readonly startedAt: Date;
  readonly onProgress: OnProgress;
  /** Aborted: the load stops, what was measured is kept as a partial run. */
  readonly signal: AbortSignal;
};

/**
 * The real run: services, splitter and drivers are started, load is driven, everything that happens is
 * journalled, all processes are ended.
 *
 * @returns the figures, not judged yet
 * @throws UserError when something can't be started, before any load; nothing is left running
 */
export async function runScenario(given: RunPlan, options: RunOptions): Promise<RunResult> {
  checkBuilt(given);
  const plan = withFlags(given, options.scenarioDirectory);
  const targets = await resolveTargets(plan, options.allowedHosts);
  const sources = await splitSources(plan, options);
  const webhook = await resolveWebhook(plan, options.allowedHosts);
  const environment = await environmentOf(options);
  const log = new RunLog(new RunRecord(plan, environment), await JournalWriter.create(options.directory));
  log.add({ type: "run", schema: journalSchemaId, runId: options.runId, plan, environment });
  const alert = mismatchAlert(plan, webhook, (kind, message) => {
    log.eventAt(kind, systemClock.nowMs(), message);
  });
  const telemetry = await startTelemetry(plan, { log, ...options });
  const meter = new ProgressMeter(plan, options.onProgress);
  const onEnd = (child: AnyProcess) => {
    log.eventAt("process-ended", systemClock.nowMs(), `${child.name} ended by itself`, versionOf(child));
  };
  try {
    if (isCalibrated(plan)) {
      meter.starting("self-calibration");
      const calibration = await calibrate(plan, options.signal);
      if (calibration !== undefined) log.add({ type: "calibration", calibration });
    }
    if (options.signal.aborted) {
      const reason = `stopped by ${String(options.signal.reason)}`;
      log.add({ type: "end", atMs: 0, completeness: { state: "partial", reason } });
      return log.record.toResult();
    }
    meter.starting("old and new");
    const services = await Services.start(plan, targets, onEnd);
    services.mocks.onStats(storeUseTeller(log));
    const stores = services.realStores;
    const data = stores && new DataWatch({ plan, stores, services, log });
    const pools = stores && poolSentence(plan, stores);
    if (pools !== undefined) log.add({ type: "event", event: { atMs: 0, kind: "stores", message: pools } });
    try {
      await startSecondService({ plan, services, log, onEnd });
      await startMessageQueue({ plan, services, log, onEnd });
      meter.starting("splitter");
      const splitter = await RunningSplitter.start({ plan, services, sources });
      const compared = new ComparisonBook();
      const follower = new SplitFollower(plan, log);
      const decisions = new DecisionAudit(plan, () => follower.flagged);
      const attempts = new AttemptAudit(plan);
      const audit = new LiveSplitAudit(plan, {
        tell: (version, message) => log.eventAt("split-audit", systemClock.nowMs(), message, version),
        flagged: () => follower.flagged,
      });
      splitter.child.onReport((report) => {
        journalSplitter(report, plan, log);
        if (report.type === "event") follower.onEvent(report);
        if (report.type === "stats") for (const each of [audit, decisions, attempts]) each.take(report);
        if (report.type !== "compare") return;
        const comparison = compared.take(report.report, report.processId);
        log.add({ type: "compare", comparison });
        alert.take(comparison);
      });
      telemetry.follow(splitter);
      try {
        await driveLoad({ plan, options, services, splitter, follower, log, meter, data, attempts });
        await data?.finish(options.signal);
      } finally {
        await endProcess<ToSplitter>(
          splitter.child,
          { type: "stop", drainMs: splitterDrainMs },
          splitterPatienceMs,
        );
        const sentence = decisions.sentence();
        if (sentence !== undefined) log.eventAt("split-decisions", systemClock.nowMs(), sentence);
        const received = attempts.sentence();
        if (received !== undefined) log.eventAt("attempts", systemClock.nowMs(), received);
      }
    } finally {
      await data?.stop();
      await services.stop();
    }
  } finally {
    await alert.settle();
    await telemetry.stop();
    await log.close();
  }
  return log.record.toResult();
}

/** A plan that was not loaded from a file may not know its provider's flags yet. */
function withFlags(plan: RunPlan, directory: string): RunPlan {
  const { flagProvider, split } = plan;
  if (flagProvider === undefined || split.providedFlag !== undefined) return plan;
  return withProvidedFlag(plan, readProvidedFlag(flagProvider, directory));
}

/** Flags are told by who follows them, with what they mean for the users. */
function journalSplitter(report: FromSplitter, plan: RunPlan, log: RunLog): void {
  if (report.type === "event" && report.kind !== "draining" && report.kind !== "flags") {
    log.eventAt(report.kind, report.atMs, eventMessage(report), report.version);
  }
  if (report.type === "stats" && plan.mirror !== undefined) {
    log.add({ type: "mirror", counts: mirrorCounts(report, plan.mirror.to) });
  }
}

/** Who asked for a change of the split, and why, stands beside it as a decision. */
function eventMessage(event: SplitterEvent): string {
  const { kind, fromPerMillion, toPerMillion, headerRoute, mirrorPerMillion, caller, reason } = event;
  if (kind !== "split" || fromPerMillion === undefined || toPerMillion === undefined) return reason;
  const change = {
    fromShare: fromPerMillion / 1e6,
    toShare: toPerMillion / 1e6,
    headerRoute,
    ...(mirrorPerMillion !== undefined && { mirrorShare: mirrorPerMillion / 1e6 }),
  };
  return `${splitSentence(change)}, asked by ${caller}`;
}

function mirrorCounts({ mirror }: SplitterStats, to: Version) {
  const { copied, answered, failed, timedOut, dropped, tooLarge } = mirror;
  return { to, copied, answered, failed, timedOut, dropped, tooLarge };
}

function versionOf({ role }: AnyProcess): Version | undefined {
  return role === "old" || role === "new" ? role : undefined;
}

async function environmentOf({ twinlaneVersion, startedAt }: RunOptions): Promise<Environment> {
  const machine = await describeEnvironment();
  return { twinlane: twinlaneVersion, ...machine, startedAt: startedAt.toISOString() };
}
