import { type PerVersion, perVersion, type Version } from "../../base/version.ts";
import type { Prediction } from "../../result/agreement-schema.ts";
import type { Profile } from "../../result/profile-schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { calibratedPlan } from "../calibrate/calibrated-plan.ts";
import { closedRates, responseAt } from "./modelled-response.ts";
import { cpuScatter, type Predictions, throughputScatter } from "./predict-by-simulation.ts";
import { predictionFrom } from "./prediction-interval.ts";
import { scheduledRates } from "./scheduled-rates.ts";

/** What the formulas foretell of a version, and the busiest of its resources. */
export type ModelPrediction = {
  readonly ratePerSecond: number;
  readonly predictions: Predictions;
  readonly utilisation: number;
  readonly bottleneck: string;
};

/**
 * Foretells a run by formulas: M/G/c for the slots, M/D/1 for the core and the splitter, the utilisation law for the
 * CPU. The interval holds what calibration left open and the chance in one run of this length, without the dependence
 * of requests that queue behind one another.
 */
export function predictByModel(plan: RunPlan, profile: Profile): PerVersion<ModelPrediction> {
  const best = calibratedPlan(plan, profile);
  const rates = scheduledRates(plan) ?? closedRates(best);
  return perVersion((version) => {
    const point = responseAt(best, version, rates);
    const draws = profile.draws.map((draw) => ({
      draw,
      response: responseAt(calibratedPlan(plan, profile, draw), version, rates),
    }));
    const ratePerSecond = rates[version];
    const requests = (ratePerSecond * plan.timeline.durationMs) / 1000;
    return {
      ratePerSecond,
      utilisation: point.utilisation,
      bottleneck: point.bottleneck,
      predictions:
        requests < 1 || point.utilisation >= 1
          ? {}
          : {
              throughputPerSecond: sureThroughput(ratePerSecond * (1 - point.errorShare)),
              ...cpuOf(plan, profile, { version, ratePerSecond }),
              responseTimeMeanMs: spread(
                point.meanMs,
                draws.map(({ response }) => response.meanMs),
                point.deviationMs / point.meanMs / Math.sqrt(requests),
              ),
              responseTimeP99Ms: spread(
                point.p99Ms,
                draws.map(({ response }) => response.p99Ms),
                quantileDeviation(point.quantileMs, requests),
              ),
            },
    };
  });
}

function sureThroughput(ratePerSecond: number): Prediction {
  return {
    value: ratePerSecond,
    low: ratePerSecond * (1 - 2 * throughputScatter),
    high: ratePerSecond * (1 + 2 * throughputScatter),
  };
}

function cpuOf(
  plan: RunPlan,
  profile: Profile,
  { version, ratePerSecond }: { readonly version: Version; readonly ratePerSecond: number },
): Pick<Predictions, "cpuCores"> {
  const known = profile.versions[version];
  if (known?.cpuMsPerRequest === undefined) return {};
  const cores = (demandMs = 0, idle = 0) => (ratePerSecond * demandMs) / 1000 + idle;
  const drawn = profile.draws.map(({ versions }) => {
    const own = versions[version];
    return cores(own?.cpuMsPerRequest, own?.idleCpuShare);
  });
  const interval = predictionFrom(drawn, {
    onLogarithms: false,
    extraDeviation: cpuScatter(plan, profile, version),
  });
  return { cpuCores: { ...interval, value: cores(known.cpuMsPerRequest.value, known.idleCpuShare?.value) } };
}

/** The best value with the draws' interval around it, widened by the chance of one run. */
function spread(value: number, draws: readonly number[], extraDeviation: number): Prediction {
  const finiteDraws = draws.filter(Number.isFinite);
  if (finiteDraws.length < 2) return { value, low: 0, high: value };
  const { low, high } = predictionFrom(finiteDraws, { onLogarithms: true, extraDeviation });
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

/** The standard error of a sampled p99, on logarithms: by the binomial spread of its rank. */
function quantileDeviation(quantileMs: (quantile: number) => number, requests: number): number {
  const step = Math.min(0.009, Math.sqrt((0.99 * 0.01) / requests));
  return Math.log(quantileMs(0.99 + step) / quantileMs(0.99 - step)) / 2;
}
