import { assertNever } from "../../base/invariant.ts";
import type { FittedLaw } from "../../result/profile-schema.ts";
import { normalCdf } from "../../stats/normal.ts";
import { gammaProbability } from "../../workload/gamma-quantile.ts";
import { phasesProbability } from "../../workload/hyperexponential.ts";
import { lognormalParameters } from "../../workload/service-time.ts";

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
      return (ms) => phasesProbability(law.phases, ms);
    case "empirical":
      return (ms) => shareUpTo(law.points, ms);
    default:
      return assertNever(law);
  }
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
