import { invariant } from "../base/invariant.ts";
import { versions } from "../base/version.ts";
import { type PowerQuestion, planPower, refuseUndecidable, type StepPower } from "../rollout/power-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { ServicePlan } from "../scenario/service-plan.ts";
import { logSpreadOf } from "../stats/power.ts";
import { queueDesignEffect } from "../stats/queue-dependence.ts";
import { serviceTimeMean, serviceTimeQuantile } from "../workload/service-time.ts";

/** Where nothing is known of a service's times: p99 about four times p50, as of many web services. */
const usualLogSpread = 0.6;
const usualErrorRate = 0.001;

/**
 * Whether the steps of a plan's ramp are long enough for its gates; empty without a ramp or without a known rate.
 *
 * The spread of response times and the error rate are those of old's mock; of a real service, usual ones. Requests
 * of mocks count for less where they queue, as in an M/M/c queue with as many servers; how a real service queues is
 * not known, and its requests are taken for independent.
 */
export function rampPower(plan: RunPlan): readonly StepPower[] {
  const ratePerSecond = rateOf(plan);
  if (plan.rollout === undefined || ratePerSecond === undefined) return [];
  const designEffect = designEffectOf(plan);
  return planPower(plan.rollout, { ratePerSecond, ...habitsOf(plan.services.old), designEffect });
}

/** @throws UserError where a gate's `detectRatio` can't be told by a step of the ramp */
export function checkRampPower(plan: RunPlan): void {
  refuseUndecidable(rampPower(plan));
}

function rateOf({ load }: RunPlan): number | undefined {
  switch (load.kind) {
    case "open": {
      const rates = load.curve.map(({ fromPerSecond, toPerSecond }) => (fromPerSecond + toPerSecond) / 2);
      return Math.min(...rates);
    }
    case "closed":
      return (load.users * 1000) / load.thinkTimeMs;
    case "trace":
      return undefined;
  }
}

function designEffectOf({ services }: RunPlan): PowerQuestion["designEffect"] {
  const mocks = versions.map((version) => services[version].target);
  if (mocks.some(({ kind }) => kind === "url")) return undefined;
  return (version, ratePerSecond) => {
    const { target } = services[version];
    invariant(target.kind === "mock", "both versions are mocks");
    const servers = target.mock.replicas * target.mock.concurrency;
    const utilisation = (ratePerSecond * serviceTimeMean(target.mock.serviceTime)) / 1000 / servers;
    return utilisation >= 1 ? Number.POSITIVE_INFINITY : queueDesignEffect({ servers, utilisation });
  };
}

function habitsOf({ target }: ServicePlan): { readonly logSpread: number; readonly errorRate: number } {
  if (target.kind === "url") return { logSpread: usualLogSpread, errorRate: usualErrorRate };
  const { serviceTime, errorShare } = target.mock;
  const p50 = serviceTimeQuantile(serviceTime, 0.5);
  const p99 = serviceTimeQuantile(serviceTime, 0.99);
  const logSpread = p50 > 0 && p99 > p50 ? logSpreadOf({ p50, p99 }) : usualLogSpread;
  return { logSpread, errorRate: errorShare > 0 ? errorShare : usualErrorRate };
}
