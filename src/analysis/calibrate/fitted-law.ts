import { assertNever } from "../../base/invariant.ts";
import type { FittedLaw } from "../../result/profile-schema.ts";
import type { ServiceTimePlan } from "../../scenario/service-plan.ts";
import { normalCdf } from "../../stats/normal.ts";
import { gammaProbability } from "../../workload/gamma-quantile.ts";
import { lognormalParameters, serviceTimeMean, serviceTimeQuantile } from "../../workload/service-time.ts";

/** The law as model and simulator know laws: those they don't have become a table of quantiles. */
export function servicePlanOf(law: FittedLaw): ServiceTimePlan {
  if (law.law !== "hyperexponential") return law;
  return {
    law: "empirical",
    points: tableQuantiles.map((quantile) => ({ quantile, ms: quantileMs(law, quantile) })),
  };
}

/** Dense where the law bends: by hundredths, and by tenths of what is left of the tail. */
const tableQuantiles: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => index / 100),
  ...[2, 3, 4, 5].flatMap((decade) =>
    Array.from({ length: 9 }, (_, index) => 1 - (10 - index) * 10 ** -(decade + 1)),
  ),
  1 - 1e-6,
];

export function meanOf(law: FittedLaw): number {
  if (law.law !== "hyperexponential") return serviceTimeMean(law);
  return law.phases.reduce((sum, { share, meanMs }) => sum + share * meanMs, 0);
}

/** The share of service times up to `ms`. */
export function cdfOf(law: FittedLaw): (ms: number) => number {
  switch (law.law) {
    case "lognormal": {
      const { mu, sigma } = lognormalParameters(law.meanMs, law.p99Ms) ?? {
        mu: Math.log(law.meanMs),
        sigma: 0,
      };
      return (ms) => (ms <= 0 ? 0 : normalCdf((Math.log(ms) - mu) / Math.max(sigma, 1e-9)));
    }
    case "gamma":
      return (ms) => gammaProbability(Math.max(0, ms) * (law.shape / law.meanMs), law.shape);
    case "hyperexponential":
      return (ms) => law.phases.reduce((sum, { share, meanMs }) => sum - share * Math.expm1(-ms / meanMs), 0);
    case "empirical":
      return (ms) => shareUpTo(law.points, ms);
    default:
      return assertNever(law);
  }
}

/** @param quantile - in [0, 1) */
export function quantileMs(law: FittedLaw, quantile: number): number {
  if (law.law !== "hyperexponential") return serviceTimeQuantile(law, quantile);
  const cdf = cdfOf(law);
  let low = 0;
  let high = meanOf(law);
  while (cdf(high) < quantile) high *= 2;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < quantile) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

type Points = Extract<FittedLaw, { law: "empirical" }>["points"];

function shareUpTo(points: Points, ms: number): number {
  const index = points.findIndex((point) => point.ms > ms);
  if (index === -1) return 1;
  const left = points[index - 1];
  const right = points[index];
  if (left === undefined || right === undefined) return 0;
  return left.quantile + ((right.quantile - left.quantile) * (ms - left.ms)) / (right.ms - left.ms);
}
