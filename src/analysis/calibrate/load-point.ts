import { UserError } from "../../base/errors.ts";
import { formatCount } from "../../base/units.ts";
import { type PerVersion, perVersion, type Version } from "../../base/version.ts";
import type { Arm, ProcessResources, RunResult } from "../../result/schema.ts";
import { sumOfUse } from "../../result/store-use.ts";
import type { StoreUse } from "../../result/store-use-schema.ts";
import { type DurationBins, noDurations } from "../../stats/bins.ts";
import { DurationHistogram } from "../../stats/histogram.ts";
import type { StoreLoad } from "./store-demand.ts";
import type { CpuSecond } from "./utilisation-law.ts";

/** One run as calibration looks at it. Rates per second, times in ms, CPU in cores. */
export type LoadPoint = {
  readonly result: RunResult;
  readonly ratePerSecond: number;
  readonly arms: PerVersion<ArmPoint>;
  /** Seconds of the splitter, and of the stores' processes, against the rate of both versions. */
  readonly splitterSeconds: readonly CpuSecond[];
  readonly storeSeconds: readonly CpuSecond[];
  /** What was asked of the stores; empty where nobody counted. */
  readonly stores: { readonly [whose in Version | "both"]: StoreLoad };
  /** Everything outside the service and its queue, mean. */
  readonly pathMs: number;
};

export type ArmPoint = {
  readonly ratePerSecond: number;
  readonly servers: number;
  readonly serviceTimes: DurationBins;
  readonly meanWaitMs: number | undefined;
  readonly errorShare: number;
  readonly seconds: readonly CpuSecond[];
};

/**
 * Reads a finished run for calibration.
 *
 * @throws UserError calibration-impossible for a modelled result, a run that answered nobody, or one whose clients asked
 *   again: what a request took was then the work of several
 */
export function loadPoint(result: RunResult): LoadPoint {
  const { method, scenario, totals } = result;
  if (method === "modelled")
    throw new UserError(
      "calibration-impossible",
      `${scenario.name}: a modelled result holds nothing that was measured.`,
    );
  const retried = (result.retries?.old.retried ?? 0) + (result.retries?.new.retried ?? 0);
  if (retried > 0)
    throw new UserError(
      "calibration-impossible",
      `${scenario.name}: clients asked again ${formatCount(retried)} times, so that what one request takes can't be told; run it without workload.retries.`,
    );
  const arms = perVersion((version) => armPoint(result, version));
  const ratePerSecond = arms.old.ratePerSecond + arms.new.ratePerSecond;
  if (ratePerSecond === 0)
    throw new UserError("calibration-impossible", `${scenario.name}: the run answered no request.`);
  const rates = secondRates(result, ["old", "new"]);
  return {
    result,
    ratePerSecond,
    arms,
    splitterSeconds: cpuSeconds(result, "splitter", rates),
    storeSeconds: cpuSeconds(result, "store", rates),
    stores: {
      ...perVersion((version) => storeLoad(result, (batch) => batch[version])),
      both: storeLoad(result, (batch) => sumOfUse([batch.old, batch.new])),
    },
    pathMs: pathMs(totals.versions),
  };
}

function armPoint(result: RunResult, version: Version): ArmPoint {
  const { totals, mirror, resources } = result;
  const arm = totals.versions[version];
  const seconds = secondsOf(result);
  const copies = mirror?.to === version ? mirror.answered + mirror.failed : 0;
  const ended = arm.completed + arm.failed + copies;
  return {
    ratePerSecond: seconds > 0 ? ended / seconds : 0,
    servers: Math.max(1, resources.filter(({ role }) => role === version).length),
    serviceTimes:
      arm.serviceTimeHistogram === undefined
        ? noDurations
        : DurationHistogram.decode(arm.serviceTimeHistogram).bins(),
    meanWaitMs: arm.partsMs.serverQueue?.mean,
    errorShare: arm.completed + arm.failed === 0 ? 0 : arm.failed / (arm.completed + arm.failed),
    seconds:
      copies > 0
        ? cpuSeconds(result, version, new Map(), ended / seconds)
        : cpuSeconds(result, version, secondRates(result, [version])),
  };
}

type StoreBatch = NonNullable<RunResult["storeUse"]>["batches"][number];

function storeLoad({ storeUse }: RunResult, of: (batch: StoreBatch) => StoreUse | undefined): StoreLoad {
  return (storeUse?.batches ?? []).map(of).filter((use) => use !== undefined);
}

/** A simulated result counts the requests of all its replications. */
function runsIn({ simulation }: RunResult): number {
  return simulation?.replications ?? 1;
}

function secondsOf(result: RunResult): number {
  return (result.totals.durationMs / 1000) * runsIn(result);
}

/** Requests that came due in each second, by its number. */
function secondRates(result: RunResult, of: readonly Version[]): ReadonlyMap<number, number> {
  const rates = new Map<number, number>();
  const runs = runsIn(result);
  for (const { second, versions } of result.seconds) {
    const due = of.reduce((sum, version) => sum + (versions[version]?.scheduled ?? 0), 0);
    rates.set(second, (rates.get(second) ?? 0) + due / runs);
  }
  return rates;
}

/**
 * The CPU use of a role's processes, summed, second by second of the measured part, beside the rate in that second;
 * where a result holds no samples, its mean beside the mean rate.
 */
function cpuSeconds(
  result: RunResult,
  role: ProcessResources["role"],
  rates: ReadonlyMap<number, number>,
  meanRate = meanRateOf(result, rates),
): readonly CpuSecond[] {
  const { resources, totals } = result;
  const processes = resources.filter((process) => process.role === role);
  const bySecond = new Map<number, { cores: number; processes: number }>();
  for (const { samples } of processes) {
    for (const { atMs, cpuShare } of samples) {
      if (cpuShare === undefined || atMs <= 500 || atMs > totals.durationMs) continue;
      // A sample tells of the second before it.
      const second = Math.round(atMs / 1000) - 1;
      const known = bySecond.get(second) ?? { cores: 0, processes: 0 };
      bySecond.set(second, { cores: known.cores + cpuShare, processes: known.processes + 1 });
    }
  }
  const whole = [...bySecond].filter(([, { processes: count }]) => count === processes.length);
  if (whole.length > 0)
    return whole.map(([second, { cores }]) => ({ cores, ratePerSecond: rates.get(second) ?? meanRate }));
  const means = processes.map(({ summary }) => summary.cpuShareMean).filter((mean) => mean !== undefined);
  if (means.length === 0) return [];
  return [{ cores: means.reduce((sum, mean) => sum + mean, 0), ratePerSecond: meanRate }];
}

/** The rate to which a mean CPU use belongs: that of a simulation is one over the warm-up as well. */
function meanRateOf({ totals, simulation }: RunResult, rates: ReadonlyMap<number, number>): number {
  const warmUpMs = simulation?.warmUp.configuredMs ?? 0;
  const isCounted = (second: number) => second >= 0 || simulation !== undefined;
  const due = [...rates].reduce((sum, [second, times]) => sum + (isCounted(second) ? times : 0), 0);
  return (due * 1000) / (totals.durationMs + warmUpMs);
}

/** Response time less queue and service, weighted by the requests of both versions. */
function pathMs(arms: PerVersion<Arm>): number {
  let sum = 0;
  let requests = 0;
  for (const { partsMs, completed, failed } of [arms.old, arms.new]) {
    const mean = (part: keyof Arm["partsMs"]) => partsMs[part]?.mean ?? 0;
    const outsideMs = mean("roundTrip") - mean("serverQueue") - mean("service");
    sum += (completed + failed) * (mean("pacerLag") + mean("slotWait") + Math.max(0, outsideMs));
    requests += completed + failed;
  }
  return requests === 0 ? 0 : sum / requests;
}
