import type { ServiceTimePlan } from "../../scenario/service-plan.ts";
import { serviceTimeMean, serviceTimeQuantile, serviceTimeScv } from "../../workload/service-time.ts";

/** What the formulas need of a service time: two moments for the wait, bins for the response. In ms. */
export type ServiceLaw = {
  readonly meanMs: number;
  /** Variance / mean²: 0 constant, 1 exponential. */
  readonly scv: number;
  readonly exponential: boolean;
  /** Edges of bins, ascending; the last may be Infinity only in probability, never in time. */
  readonly edgesMs: Float64Array;
  /** Share of requests in the bin that begins at the edge of the same index; adds up to 1. */
  readonly shares: Float64Array;
};

const bins = 160;
const decades = 6;

/**
 * Bins that each hold the same part of what is left of the tail, so that p99.9 is as sharp as p50.
 *
 * @param plan - the law of the service's own work
 * @param extraMs - constant time added to each request, such as stores asked meanwhile
 */
export function serviceLaw(plan: ServiceTimePlan, extraMs = 0): ServiceLaw {
  const key = `${JSON.stringify(plan)} + ${extraMs}`;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const law = binned(plan, extraMs);
  if (recent.size >= mostRecent) recent.clear();
  recent.set(key, law);
  return law;
}

/** A sweep asks for the same few laws thousands of times. */
const recent = new Map<string, ServiceLaw>();
const mostRecent = 64;

function binned(plan: ServiceTimePlan, extraMs: number): ServiceLaw {
  const mean = serviceTimeMean(plan);
  const meanMs = mean + extraMs;
  const edgesMs = new Float64Array(bins + 1);
  const shares = new Float64Array(bins);
  for (let bin = 0; bin <= bins; bin++) {
    edgesMs[bin] = serviceTimeQuantile(plan, 1 - tailAt(bin)) + extraMs;
    if (bin < bins) shares[bin] = tailAt(bin) - (bin === bins - 1 ? 0 : tailAt(bin + 1));
  }
  const scv = meanMs === 0 ? 0 : (serviceTimeScv(plan) * mean * mean) / (meanMs * meanMs);
  return { meanMs, scv, exponential: plan.law === "exponential" && extraMs === 0, edgesMs, shares };
}

/** The same law with a constant time added to every request. */
export function shiftedLaw(law: ServiceLaw, extraMs: number): ServiceLaw {
  if (extraMs === 0) return law;
  const meanMs = law.meanMs + extraMs;
  return {
    meanMs,
    scv: (law.scv * law.meanMs * law.meanMs) / (meanMs * meanMs),
    exponential: false,
    edgesMs: law.edgesMs.map((edge) => edge + extraMs),
    shares: law.shares,
  };
}

function tailAt(bin: number): number {
  return 10 ** ((-decades * bin) / bins);
}

/** The share of service times beyond `timeMs`, straight lines within a bin. */
export function serviceExceeds(law: ServiceLaw, timeMs: number): number {
  return responseExceeds(law, { waitProbability: 0, meanWaitMs: 0 }, timeMs);
}

/** A wait with an atom at zero and an exponential tail: who waits, and how long those who do. */
export type WaitLaw = { readonly waitProbability: number; readonly meanWaitMs: number };

/**
 * The share of responses (wait + service, independent) that take longer than `timeMs`.
 *
 * Source: screening of the wait's tail, P(W > t) ≈ P_d·e^(−t·P_d/W_q) (Whitt, "Approximations for the GI/G/m
 * queue", 1993, section 3), convolved with the law of the service time bin by bin.
 */
export function responseExceeds(law: ServiceLaw, wait: WaitLaw, timeMs: number): number {
  const { edgesMs, shares } = law;
  const { waitProbability } = wait;
  const drain = wait.meanWaitMs > 0 ? waitProbability / wait.meanWaitMs : Number.POSITIVE_INFINITY;
  const waits = waitProbability > 1e-15;
  let exceeding = 0;
  for (let bin = 0; bin < shares.length; bin++) {
    const from = edgesMs[bin] ?? 0;
    const to = edgesMs[bin + 1] ?? 0;
    const share = shares[bin] ?? 0;
    if (from >= timeMs) {
      exceeding += from > timeMs || to > timeMs ? share : 0;
      continue;
    }
    const above = to > timeMs ? (to - timeMs) / (to - from) : 0;
    const middle = (from + Math.min(to, timeMs)) / 2;
    const late = waits ? waitProbability * Math.exp(-drain * (timeMs - middle)) : 0;
    exceeding += share * (above + (1 - above) * late);
  }
  return Math.min(1, exceeding);
}
