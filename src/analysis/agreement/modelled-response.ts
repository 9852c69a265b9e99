import type { PerVersion, Version } from "../../base/version.ts";
import { mdcMeanWaitCosmetatos } from "../../model/queueing/mgc.ts";
import { serviceLaw, shiftedLaw } from "../../model/queueing/service-law.ts";
import { poolWaitExceeds, type ServerPool } from "../../model/sizing/balancing.ts";
import { poolResponseQuantileMs } from "../../model/sizing/slots.ts";
import { shareOfNew } from "../../result/stages.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan } from "../../scenario/service-plan.ts";
import { serviceTimeScv } from "../../workload/service-time.ts";
import type { CalibratedPlan } from "../calibrate/calibrated-plan.ts";

/** A version's response at one load, by formulas; infinite where the load can't be carried. Times in ms. */
export type ModelledResponse = {
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly deviationMs: number;
  readonly quantileMs: (quantile: number) => number;
  readonly utilisation: number;
  readonly bottleneck: string;
  readonly errorShare: number;
};

/** @param rates - requests per second of both versions, which share the splitter */
export function responseAt(
  calibrated: CalibratedPlan,
  version: Version,
  rates: PerVersion<number>,
): ModelledResponse {
  const { plan, settings } = calibrated;
  const mock = mockOf(plan, version);
  const { cpuPerRequestMs, serviceTime, replicas, concurrency } = mock;
  const ratePerMs = rates[version] / 1000;
  const cores = replicas * plan.capacity.coresPerServer;
  const cpuBusy = (ratePerMs * cpuPerRequestMs) / cores;
  const splitterBusy = ((rates.old + rates.new) / 1000) * settings.splitterMs;
  const cpuWaitMs = turnWait(ratePerMs / cores, cpuPerRequestMs);
  const service = shiftedLaw(serviceLaw(serviceTime), finite(cpuWaitMs));
  const slotsBusy = (ratePerMs * service.meanMs) / (replicas * concurrency);
  const pathMs = settings.networkMs + settings.splitterMs;
  const waitMs = finite(turnWait((rates.old + rates.new) / 1000, settings.splitterMs));
  const pool: ServerPool = {
    ratePerMs,
    service,
    servers: replicas,
    slots: concurrency,
    balancing: plan.capacity.loadBalancing,
  };
  const busiest = [
    { bottleneck: "CPU", utilisation: cpuBusy },
    { bottleneck: "slots", utilisation: slotsBusy },
    { bottleneck: "splitter", utilisation: splitterBusy },
  ].reduce((left, right) => (right.utilisation > left.utilisation ? right : left));
  const isStable = busiest.utilisation < 1;
  const quantileMs = (quantile: number) =>
    isStable ? pathMs + waitMs + poolResponseQuantileMs(pool, quantile) : Number.POSITIVE_INFINITY;
  return {
    meanMs: isStable ? pathMs + waitMs + service.meanMs + meanPoolWait(pool) : Number.POSITIVE_INFINITY,
    p99Ms: quantileMs(0.99),
    deviationMs: service.meanMs * Math.sqrt(serviceTimeScv(serviceTime)),
    quantileMs,
    ...busiest,
    errorShare: mock.errorShare,
  };
}

/** A core that takes requests of one length in turn: M/D/1. */
function turnWait(ratePerMs: number, busyMs: number): number {
  if (busyMs === 0 || ratePerMs === 0) return 0;
  if (ratePerMs * busyMs >= 1) return Number.POSITIVE_INFINITY;
  return mdcMeanWaitCosmetatos({ rate: ratePerMs, serviceTime: busyMs, servers: 1 });
}

function finite(ms: number): number {
  return Number.isFinite(ms) ? ms : 0;
}

/** Who waits does so exponentially long: from two points of that tail, its mean. */
function meanPoolWait(pool: ServerPool): number {
  const waiting = poolWaitExceeds(pool, 0);
  const atMs = pool.service.meanMs;
  const longer = poolWaitExceeds(pool, atMs);
  if (waiting <= 0 || longer <= 0) return 0;
  return (waiting * atMs) / Math.log(waiting / longer);
}

function mockOf(plan: RunPlan, version: Version): MockPlan {
  const { target } = plan.services[version];
  if (target.kind === "mock") return target.mock;
  const meanMs = plan.capacity.serviceTimeMs ?? 0;
  return {
    serviceTime: { law: "exponential", meanMs },
    concurrency: plan.capacity.slotsPerServer ?? Number.MAX_SAFE_INTEGER,
    queue: 0,
    replicas: 1,
    cpuPerRequestMs: 0,
    errorShare: 0,
    responseBytes: 0,
    coldStart: undefined,
  };
}

const closedRounds = 60;

/** The rate at which users who think and wait in turn ask: X = N / (Z + R(X)), by halving the distance. */
export function closedRates(calibrated: CalibratedPlan): PerVersion<number> {
  const { load, timeline } = calibrated.plan;
  const stage = timeline.stages.at(-1) ?? { newShare: 0 };
  const newShare = shareOfNew(stage) ?? stage.newShare;
  const shared = (rate: number) => ({ old: rate * (1 - newShare), new: rate * newShare });
  if (load.kind !== "closed") return shared(0);
  let low = 0;
  let high = (load.users * 1000) / Math.max(load.thinkTimeMs, 1e-3);
  for (let round = 0; round < closedRounds; round++) {
    const rate = (low + high) / 2;
    const both = shared(rate);
    const responseMs =
      (1 - newShare) * weighted(calibrated, "old", both) + newShare * weighted(calibrated, "new", both);
    if (rate * (load.thinkTimeMs + responseMs) > load.users * 1000) high = rate;
    else low = rate;
  }
  return shared(low);
}

function weighted(calibrated: CalibratedPlan, version: Version, rates: PerVersion<number>): number {
  return rates[version] === 0 ? 0 : responseAt(calibrated, version, rates).meanMs;
}
