import { systemClock } from "../base/clock.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { AttemptAudit } from "./attempt-audit.ts";
import type { DataWatch } from "./divergence/data-watch.ts";
import type { DriverHealth, DriverReport } from "./driver/messages.ts";
import { type DriverProcess, driverEnd, endDrivers, startDrivers } from "./drivers.ts";
import { scheduleFaults } from "./faults/schedule.ts";
import type { ProgressMeter } from "./progress-meter.ts";
import { RampFollower } from "./ramp-follower.ts";
import { sampleResources } from "./resources.ts";
import type { RunLog } from "./run-log.ts";
import type { RunOptions } from "./run-scenario.ts";
import type { RunningSplitter } from "./running-splitter.ts";
import type { Services } from "./services.ts";
import type { FollowedSplit, SplitFollower } from "./split-follower.ts";
import type { StartedSplitter } from "./splitter-process.ts";
import { windowRounds } from "./window-rounds.ts";

/** From `start` to the first request: messages must arrive before. */
const leadMs = 250;
const loopback = "127.0.0.1";

/** Everything that stands around the load. */
export type Drive = {
  readonly plan: RunPlan;
  readonly options: Pick<RunOptions, "scenarioDirectory" | "signal">;
  readonly services: Services;
  readonly splitter: RunningSplitter;
  readonly follower: SplitFollower;
  readonly log: RunLog;
  readonly meter: ProgressMeter;
  readonly attempts: AttemptAudit;
  /** Absent without real stores. */
  readonly data: DataWatch | undefined;
};

/** Runs the load from warm-up to the last answer, with sampling and faults beside it. */
export async function driveLoad(drive: Drive): Promise<void> {
  const { plan, options, services, splitter, follower, log, meter, attempts } = drive;
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
      if (report.type === "health") {
        ramp?.lag(report.health.pacerLag.p99Ms);
        attempts.sent(report.health.sent);
      }
      if (report.type === "done") done.get(driver)?.();
    },
  );
  splitter.child.onReport((report) => {
    ramp?.splitter(report);
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
    const tellDrivers = (change: FollowedSplit) => {
      for (const driver of drivers) driver.send({ type: "set-split", ...change });
    };
    follower.start(tellDrivers);
    ramp = followRamp(drive);
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
function followRamp({ plan, services, splitter, follower, log, data }: Drive): RampFollower | undefined {
  const { rollout } = plan;
  if (rollout === undefined) return undefined;
  return new RampFollower({
    plan,
    rollout,
    log,
    divergence: () => data?.reading,
    actions: {
      setSplit: (change) => splitter.child.send({ type: "set-split", ...change }),
      begin: (change) => follower.ramped(change),
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
