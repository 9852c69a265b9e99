import type { Uniform } from "../../base/random.ts";
import type { Version } from "../../base/version.ts";
import type { FittedLaw, ProfileDraw, VersionDraw, VersionProfile } from "../../result/profile-schema.ts";
import { type DurationBins, durationAtRank, mergeBins, momentsOf, noDurations } from "../../stats/bins.ts";
import { serviceTimeMean, serviceTimeQuantile } from "../../workload/service-time.ts";
import { type ChosenLaw, chooseLaw } from "./choose-law.ts";
import { type Concurrency, fitConcurrency, type WaitPoint } from "./concurrency.ts";
import { estimateFrom, roundedTo6 } from "./draw-estimate.ts";
import { fitLaw } from "./fit-laws.ts";
import type { ArmPoint, LoadPoint } from "./load-point.ts";
import { drawAgain, resampleBins } from "./resample.ts";
import { type CpuDemand, type CpuSecond, cpuDemand } from "./utilisation-law.ts";

/** A version calibrated; `summary` adds the intervals once the draws are made. */
export type VersionModel = {
  readonly version: Version;
  readonly chosen: ChosenLaw;
  /** Service times at loads where they don't depend on the load. */
  readonly serviceTimes: DurationBins;
  readonly seconds: readonly (readonly CpuSecond[])[];
  readonly demand: CpuDemand | undefined;
  readonly notes: readonly string[];
  readonly summary: (draws: readonly ProfileDraw[]) => VersionProfile;
};

const leastServiceTimes = 100;
/** Medians this close to that of the lowest load count as the same law. */
const sameMedian = 0.03;

/** @returns undefined where the runs tell too few service times of the version */
export function calibrateVersion(
  points: readonly LoadPoint[],
  version: Version,
  uniform: Uniform,
): VersionModel | undefined {
  const arms = points.map((point) => point.arms[version]);
  const serviceTimes = baseServiceTimes(arms);
  if (serviceTimes === undefined) return undefined;
  const chosen = chooseLaw(serviceTimes, uniform);
  const seconds = arms.map((arm) => arm.seconds);
  const demand = cpuDemand(seconds);
  const concurrency = fitConcurrency(waitPoints(arms));
  const label = points[0]?.result.scenario.labels[version] ?? version;
  const summary = (draws: readonly ProfileDraw[]): VersionProfile => {
    const own = draws.map((draw) => draw.versions[version]).filter((draw) => draw !== undefined);
    return {
      label,
      servers: Math.max(...arms.map(({ servers }) => servers)),
      ...(demand !== undefined && {
        cpuMsPerRequest: estimateFrom(demand.msPerRequest, own, (draw) => draw.cpuMsPerRequest),
        idleCpuShare: estimateFrom(demand.idleCores, own, (draw) => draw.idleCpuShare),
        cpuScatterShare: roundedTo6(demand.scatterCores),
      }),
      serviceTime: {
        law: roundedLaw(chosen.law),
        meanMs: estimateFrom(serviceTimeMean(chosen.law), own, (draw) => serviceTimeMean(draw.serviceTime)),
        p99Ms: estimateFrom(serviceTimeQuantile(chosen.law, 0.99), own, (draw) =>
          serviceTimeQuantile(draw.serviceTime, 0.99),
        ),
        requests: serviceTimes.total,
        tried: chosen.tried.map((tried) => ({ ...tried, score: roundedTo6(tried.score) })),
      },
      ...slotsOf(concurrency),
      errorShare: errorShare(arms),
    };
  };
  const notes = demand === undefined ? [`No CPU use of ${version} was sampled.`] : [];
  return { version, chosen, serviceTimes, seconds, demand, notes, summary };
}

/** The parameters of a version as another sample of the same size might have given them. */
export function versionDraw({ chosen, serviceTimes, seconds }: VersionModel, uniform: Uniform): VersionDraw {
  const law = fitLaw(chosen.family, resampleBins(serviceTimes, uniform)) ?? chosen.law;
  const demand = cpuDemand(seconds.map((ofRun) => drawAgain(ofRun, uniform)));
  return {
    ...(demand !== undefined && {
      cpuMsPerRequest: roundedTo6(demand.msPerRequest),
      idleCpuShare: roundedTo6(demand.idleCores),
    }),
    serviceTime: roundedLaw(law),
  };
}

/** The service times of the lowest load that has enough, and of all others that are alike. */
function baseServiceTimes(arms: readonly ArmPoint[]): DurationBins | undefined {
  const enough = arms.map((arm) => arm.serviceTimes).filter(({ total }) => total >= leastServiceTimes);
  const lowest = enough[0];
  if (lowest === undefined) return undefined;
  const medianMs = median(lowest);
  return enough
    .filter((times) => Math.abs(median(times) - medianMs) <= sameMedian * medianMs)
    .reduce(mergeBins, noDurations);
}

function median(durations: DurationBins): number {
  return durationAtRank(durations, Math.ceil(durations.total / 2));
}

function waitPoints(arms: readonly ArmPoint[]): readonly WaitPoint[] {
  return arms.flatMap(({ ratePerSecond, servers, serviceTimes, meanWaitMs }) => {
    const { mean, variance } = momentsOf(serviceTimes);
    if (meanWaitMs === undefined || serviceTimes.total < leastServiceTimes || mean === 0) return [];
    const ratePerMs = ratePerSecond / 1000 / servers;
    const requests = serviceTimes.total;
    return [{ ratePerMs, meanServiceMs: mean, scv: variance / (mean * mean), meanWaitMs, requests }];
  });
}

function slotsOf(
  concurrency: Concurrency | undefined,
): Pick<VersionProfile, "slotsPerServer" | "slotsAtLeast"> {
  if (concurrency === undefined) return {};
  if (concurrency.kind === "unseen") return { slotsAtLeast: concurrency.atLeast };
  const { slots, low, high } = concurrency;
  return { slotsPerServer: { value: slots, low, high } };
}

function errorShare(arms: readonly ArmPoint[]): number {
  const requests = arms.reduce((sum, arm) => sum + arm.ratePerSecond, 0);
  const failed = arms.reduce((sum, arm) => sum + arm.ratePerSecond * arm.errorShare, 0);
  return requests === 0 ? 0 : roundedTo6(failed / requests);
}

function roundedLaw(law: FittedLaw): FittedLaw {
  switch (law.law) {
    case "lognormal":
      return { ...law, meanMs: roundedTo6(law.meanMs), p99Ms: roundedTo6(law.p99Ms) };
    case "gamma":
      return { ...law, meanMs: roundedTo6(law.meanMs), shape: roundedTo6(law.shape) };
    case "hyperexponential":
      return {
        ...law,
        phases: law.phases.map(({ share, meanMs }) => ({ share, meanMs: roundedTo6(meanMs) })),
      };
    case "empirical":
      return {
        ...law,
        points: law.points.map(({ quantile, ms }) => ({
          quantile: roundedTo6(quantile),
          ms: roundedTo6(ms),
        })),
      };
  }
}
