import { type PerVersion, perVersion, type Version } from "../../base/version.ts";
import type { AgreementQuantity, Prediction } from "../../result/agreement-schema.ts";
import type { Profile, ProfileDraw } from "../../result/profile-schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { type ArmFigures, figuresOf } from "../../simulate/figures.ts";
import { replicationSteps } from "../../simulate/replication.ts";
import { settingsFor } from "../../simulate/settings.ts";
import { inTurns } from "../../simulate/steps.ts";
import { calibratedPlan } from "../calibrate/calibrated-plan.ts";
import { predictionFrom } from "./prediction-interval.ts";

export type Predictions = { readonly [quantity in AgreementQuantity]?: Prediction };

/**
 * Foretells a run by simulating it once for each draw of the profile: on the very requests that the run will send, with
 * work of its own each time. The spread of these runs holds both what calibration left open and the chance in one run
 * of this length, so their interval is one for the measured figure itself.
 */
export async function predictBySimulation(
  plan: RunPlan,
  profile: Profile,
  signal?: AbortSignal,
): Promise<PerVersion<Predictions>> {
  const runs: PerVersion<ArmFigures & { readonly cores: number | undefined }>[] = [];
  for (const [index, draw] of profile.draws.entries()) {
    runs.push(await simulateDraw(plan, profile, { draw, index, signal }));
  }
  return perVersion((version) => {
    const of = (figure: (run: (typeof runs)[number][Version]) => number | undefined) => {
      const values = runs.map((run) => figure(run[version])).filter((value) => value !== undefined);
      return values.length < runs.length || values.length < 2 ? undefined : values;
    };
    const throughput = of((run) => run.throughputPerSecond);
    const mean = of((run) => run["responseTime.mean"]);
    const p99 = of((run) => run["responseTime.p99"]);
    const cores = of((run) => run.cores);
    const extraDeviation = cpuScatter(plan, profile, version);
    return {
      ...(throughput && {
        throughputPerSecond: predictionFrom(throughput, {
          onLogarithms: false,
          extraDeviation: throughputScatter * Math.max(...throughput),
        }),
      }),
      ...(cores && { cpuCores: predictionFrom(cores, { onLogarithms: false, extraDeviation }) }),
      ...(mean && { responseTimeMeanMs: predictionFrom(mean, { onLogarithms: true }) }),
      ...(p99 && { responseTimeP99Ms: predictionFrom(p99, { onLogarithms: true }) }),
    };
  });
}

/** Of the requests that the seed schedules, a real run may answer a few in a thousand less, or later. */
export const throughputScatter = 0.002;

async function simulateDraw(
  plan: RunPlan,
  profile: Profile,
  {
    draw,
    index,
    signal,
  }: { readonly draw: ProfileDraw; readonly index: number; readonly signal: AbortSignal | undefined },
) {
  const calibrated = calibratedPlan(plan, profile, draw);
  const settings = settingsFor(calibrated.plan, calibrated.settings);
  const experiment = { plan: calibrated.plan, settings, trace: undefined, sameTraffic: true };
  // From 1 on: the first replication has the seed of the mocks, whose work is not to be known beforehand.
  const data = await inTurns(replicationSteps(experiment, index + 1), signal);
  const figures = figuresOf(calibrated.plan, data);
  const { warmUpMs, durationMs } = plan.timeline;
  return perVersion((version) => {
    const isCpuKnown = profile.versions[version]?.cpuMsPerRequest !== undefined;
    const busyCores = (data.cpuMs[version === "old" ? 0 : 1] ?? 0) / (warmUpMs + durationMs);
    const cores = isCpuKnown ? busyCores + (draw.versions[version]?.idleCpuShare ?? 0) : undefined;
    return { ...figures[version], cores };
  });
}

/** How far the mean of so many seconds scatters around the utilisation law, in cores. */
export function cpuScatter({ timeline }: RunPlan, { versions }: Profile, version: Version): number {
  const scatter = versions[version]?.cpuScatterShare ?? 0;
  return scatter / Math.sqrt(Math.max(1, timeline.durationMs / 1000));
}
