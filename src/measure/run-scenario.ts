import { systemClock } from "../base/clock.ts";
import { formatShare } from "../base/units.ts";
import type { Version } from "../base/version.ts";
import { journalSchemaId } from "../result/journal.ts";
import { RunRecord } from "../result/run-record.ts";
import type { Environment, RunResult } from "../result/schema.ts";
import { JournalWriter } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { FromSplitter, SplitterEvent, SplitterStats, ToSplitter } from "../splitter/messages.ts";
import { calibrate, isCalibrated } from "./calibration.ts";
import { type AnyProcess, endProcess } from "./child-process.ts";
import { ComparisonBook } from "./comparison-book.ts";
import { DataWatch } from "./divergence/data-watch.ts";
import type { DriverHealth, DriverReport } from "./driver/messages.ts";
import { type DriverProcess, driverEnd, endDrivers, startDrivers } from "./drivers.ts";
import { scheduleFaults } from "./faults/schedule.ts";
import { describeEnvironment } from "./host/machine.ts";
import { LiveSplitAudit } from "./live-split-audit.ts";
import { mismatchAlert, resolveWebhook } from "./mismatch-alert.ts";
import { checkBuilt } from "./not-built.ts";
import type { OnProgress } from "./progress.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { RampFollower } from "./ramp-follower.ts";
import { sampleResources } from "./resources.ts";
import { RunLog } from "./run-log.ts";
import { RunningSplitter } from "./running-splitter.ts";
import { Services } from "./services.ts";
import { SplitFollower } from "./split-follower.ts";
import { splitSources } from "./split-sources.ts";
import type { StartedSplitter } from "./splitter-process.ts";
import { poolSentence } from "./stores/pools.ts";
import { resolveTargets } from "./target.ts";
import { startTelemetry } from "./telemetry-export.ts";
import { windowRounds } from "./window-rounds.ts";

/** From `start` to the first request: messages must arrive before. */
const leadMs = 250;
const loopback = "127.0.0.1";
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
export async function runScenario(plan: RunPlan, options: RunOptions): Promise<RunResult> {
  checkBuilt(plan);
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
    meter.starting("old and new");
    const services = await Services.start(plan, targets, onEnd);
    const stores = services.realStores;
    const data = stores && new DataWatch({ plan, stores, services, log });
    const pools = stores && poolSentence(plan, stores);
    if (pools !== undefined) log.add({ type: "event", event: { atMs: 0, kind: "stores", message: pools } });
    try {
      meter.starting("splitter");
      const splitter = await RunningSplitter.start({ plan, services, sources });
      const compared = new ComparisonBook();
      const follower = new SplitFollower(plan, log);
      const audit = new LiveSplitAudit(plan, (version, message) => {
        log.eventAt("split-audit", systemClock.nowMs(), message, version);
      });
      splitter.child.onReport((report) => {
        journalSplitter(report, plan, log);
        if (report.type === "event") follower.onEvent(report);
        if (report.type === "stats") audit.take(report);
        if (report.type !== "compare") return;
        const comparison = compared.take(report.report);
        log.add({ type: "compare", comparison });
        alert.take(comparison);
      });
      telemetry.follow(splitter);
      try {
        await driveLoad({ plan, options, services, splitter, follower, log, meter });
        await data?.finish(options.signal);
      } finally {
        await endProcess<ToSplitter>(
          splitter.child,
          { type: "stop", drainMs: splitterDrainMs },
          splitterPatienceMs,
        );
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

function journalSplitter(report: FromSplitter, plan: RunPlan, log: RunLog): void {
  if (report.type === "event" && report.kind !== "draining") {
    log.eventAt(report.kind, report.atMs, eventMessage(report), report.version);
  }
  if (report.type === "stats" && plan.mirror !== undefined) {
    log.add({ type: "mirror", counts: mirrorCounts(report, plan.mirror.to) });
  }
}

/** Who asked for a change of the split, and why, stands beside it as a decision. */
function eventMessage(event: SplitterEvent): string {
  const { kind, fromPerMillion, toPerMillion, caller, reason } = event;
  if (kind !== "split" || fromPerMillion === undefined || toPerMillion === undefined) return reason;
  return `share of new from ${formatShare(fromPerMillion / 1e6)} to ${formatShare(toPerMillion / 1e6)}, asked by ${caller}`;
}

function mirrorCounts({ mirror }: SplitterStats, to: Version) {
  const { copied, answered, failed, timedOut, dropped, tooLarge } = mirror;
  return { to, copied, answered, failed, timedOut, dropped, tooLarge };
}

type Drive = {
  readonly plan: RunPlan;
  readonly options: RunOptions;
  readonly services: Services;
  readonly splitter: RunningSplitter;
  readonly follower: SplitFollower;
  readonly log: RunLog;
  readonly meter: ProgressMeter;
};

/** Runs the load from warm-up to the last answer, with sampling and faults beside it. */
async function driveLoad({ plan, options, services, splitter, follower, log, meter }: Drive): Promise<void> {
  const target = { host: loopback, port: splitter.port };
  const done = new Map<DriverProcess, () => void>();
  meter.starting(plan.load.kind === "closed" ? `${plan.load.users} connections` : "drivers");
  let ramp: RampFollower | undefined;
  const intoRounds = windowRounds(plan.drivers, (round) => {
    meter.round(round);
    ramp?.round(round, log.planMs(systemClock.nowMs()));
  });
  const drivers = await startDrivers(
    { plan, target, directory: options.scenarioDirectory },
    (report, driver) => {
      journalDriver(report, log);
      if (report.type === "window") intoRounds(report.window);
      if (report.type === "health") ramp?.lag(report.health.pacerLag.p99Ms);
      if (report.type === "done") done.get(driver)?.();
    },
  );
  splitter.child.onReport((report) => {
    if (report.type === "event") ramp?.breaker(report, log.planMs(report.atMs));
  });
  const beside = new AbortController();
  try {
    const { warmUpMs, durationMs, graceMs } = plan.timeline;
    const originMs = systemClock.nowMs() + leadMs + warmUpMs;
    log.setOrigin(originMs);
    meter.setOrigin(originMs);
    const stopped = stopOn(options.signal, drivers, splitter);
    const longestMs = leadMs + warmUpMs + durationMs + graceMs + plan.limits.timeoutMs;
    const ends = drivers.map((driver) => {
      const isDone = new Promise<void>((resolve) => done.set(driver, resolve));
      return driverEnd(driver, isDone, longestMs);
    });
    const own = [splitter.child, ...drivers];
    const sampling = sampleResources({ plan, services, own, log }, beside.signal);
    const faults = scheduleFaults(
      { faults: plan.faults, services, splitter, drivers, log, originMs },
      beside.signal,
    );
    for (const driver of drivers) driver.send({ type: "start", originMs });
    follower.start((change) => {
      for (const driver of drivers) driver.send({ type: "set-split", ...change });
    });
    ramp = followRamp({ plan, services, splitter, log }, drivers);
    const ended = await Promise.all(ends);
    beside.abort();
    await Promise.all([sampling, faults]);
    const broken = ended.find(({ isWhole }) => !isWhole);
    const reason =
      stopped.reason() ?? (broken && `${broken.driver} ended before its load did: ${broken.lastWords}`);
    const atMs = stopped.atMs() ?? originMs + durationMs;
    log.add({
      type: "end",
      atMs: Math.min(log.planMs(atMs), durationMs),
      completeness: reason === undefined ? { state: "complete" } : { state: "partial", reason },
    });
    stopped.forget();
  } finally {
    beside.abort();
    await endDrivers(drivers);
  }
}

/** Ends the load early when the caller says so, or when the splitter is gone. */
function stopOn(signal: AbortSignal, drivers: readonly DriverProcess[], splitter: StartedSplitter) {
  let stopped: { readonly reason: string; readonly atMs: number } | undefined;
  const stop = (reason: string) => {
    if (stopped !== undefined) return;
    stopped = { reason, atMs: systemClock.nowMs() };
    for (const driver of drivers) driver.send({ type: "stop" });
  };
  const onAbort = () => stop(`stopped by ${String(signal.reason)}`);
  let isForgotten = false;
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  splitter.child.ended.then(({ lastWords }) => {
    if (!isForgotten) stop(`the splitter ended before the load did. ${lastWords}`.trimEnd());
  });
  return {
    reason: () => stopped?.reason,
    atMs: () => stopped?.atMs,
    forget: () => {
      isForgotten = true;
      signal.removeEventListener("abort", onAbort);
    },
  };
}

/** Carries out the scenario's ramp, where it has one. */
function followRamp(
  { plan, services, splitter, log }: Pick<Drive, "plan" | "services" | "splitter" | "log">,
  drivers: readonly DriverProcess[],
): RampFollower | undefined {
  const { rollout } = plan;
  if (rollout === undefined) return undefined;
  return new RampFollower({
    plan,
    rollout,
    log,
    actions: {
      setSplit: ({ newPerMillion, stage, reason, loop }) => {
        splitter.child.send({ type: "set-split", newPerMillion, caller: loop, reason });
        for (const driver of drivers) driver.send({ type: "set-split", newPerMillion, stage });
      },
      releaseOld: () => {
        splitter.child.send({ type: "set-upstreams", version: "old", urls: [] });
        void services.retire("old").then(() => contractSchema(services, log));
      },
    },
  });
}

/** The change of schema is finished when nobody is left who knows only its beginning. */
async function contractSchema({ realStores }: Services, log: RunLog): Promise<void> {
  if (realStores === undefined) return;
  const outcome = await realStores.contract();
  log.eventAt("stores", systemClock.nowMs(), outcome);
}

function journalDriver(report: DriverReport, log: RunLog): void {
  if (report.type === "window") {
    log.add({ type: "window", window: report.window });
  }
  if (report.type === "health") log.add({ type: "health", health: journalHealth(report.health) });
}

function journalHealth(health: DriverHealth) {
  const { driver, atMs, windowMs, due, sent, pacerLag, eventLoop, cpuShare, generatorFailures } = health;
  return {
    driver,
    atMs,
    windowMs,
    due,
    sent,
    pacerLagP99Ms: pacerLag.p99Ms,
    pacerLagMaxMs: pacerLag.maxMs,
    pacerLagP50Ms: pacerLag.p50Ms,
    lateShare: pacerLag.lateShare,
    loopUtilisation: eventLoop.utilisation,
    loopDelayP99Ms: eventLoop.delayP99Ms,
    cpuShare,
    generatorFailures,
  };
}

function versionOf({ role }: AnyProcess): Version | undefined {
  return role === "old" || role === "new" ? role : undefined;
}

async function environmentOf({ twinlaneVersion, startedAt }: RunOptions): Promise<Environment> {
  const machine = await describeEnvironment();
  return { twinlane: twinlaneVersion, ...machine, startedAt: startedAt.toISOString() };
}
