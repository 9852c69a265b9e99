import { invariant } from "../base/invariant.ts";
import { randomStream } from "../base/random.ts";
import type { LoadPlan, RateCurve, RatePiece } from "../scenario/workload-plan.ts";

export type OpenLoad = Extract<LoadPlan, { readonly kind: "open" }>;

/** One request that comes due: its number, counted over all drivers from 0, and its time. */
export type Arrival = { readonly ordinal: number; readonly atMs: number };

/**
 * Start times of an open load, exact on ramps too: an arrival comes where the integral of the rate reaches
 * its count. Even arrivals are counted 0.5, 1.5, 2.5, …; Poisson arrivals have exponential gaps of mean 1
 * between their counts.
 *
 * @param seed - the run's seed; constant arrivals don't depend on it
 * @returns ascending times in ms from the start of the measured part, within the curve
 *
 * Source: inversion of the cumulative rate (Çinlar, Introduction to Stochastic Processes, 1975, ch. 4).
 */
export function* openArrivals(load: OpenLoad, seed: number): Generator<number> {
  const nextCount = load.arrivals === "constant" ? evenCounts() : poissonCounts(seed);
  let count = nextCount();
  let countBefore = 0;
  for (const piece of load.curve) {
    const countAfter = countBefore + arrivalsWithin(piece);
    while (count < countAfter) {
      yield timeOfCount(piece, count - countBefore);
      count = nextCount();
    }
    countBefore = countAfter;
  }
}

/**
 * What one of several drivers sends of a common schedule: every `of`-th arrival, under its common ordinal.
 * All drivers together send exactly what one would send alone.
 */
export function* shareOfArrivals(times: Iterable<number>, driver: number, of: number): Generator<Arrival> {
  invariant(driver >= 0 && driver < of, "the driver is one of those that share the schedule");
  let ordinal = 0;
  for (const atMs of times) {
    if (ordinal % of === driver) yield { ordinal, atMs };
    ordinal++;
  }
}

/** How many arrivals a curve brings on average. */
export function expectedArrivals(curve: RateCurve): number {
  return curve.reduce((sum, piece) => sum + arrivalsWithin(piece), 0);
}

function evenCounts(): () => number {
  let count = -0.5;
  return () => ++count;
}

function poissonCounts(seed: number): () => number {
  const uniform = randomStream(seed, "arrivals");
  let count = 0;
  return () => {
    count -= Math.log(uniform());
    return count;
  };
}

function arrivalsWithin({ startMs, endMs, fromPerSecond, toPerSecond }: RatePiece): number {
  return ((fromPerSecond + toPerSecond) / 2) * ((endMs - startMs) / 1000);
}

/**
 * Solves from·t + (to − from)·t²/(2·length) = count for t, in the form that stays exact when the rate hardly
 * changes.
 */
function timeOfCount({ startMs, endMs, fromPerSecond, toPerSecond }: RatePiece, count: number): number {
  const slopePerSecond2 = ((toPerSecond - fromPerSecond) * 1000) / (endMs - startMs);
  const root = Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slopePerSecond2 * count));
  return startMs + ((2 * count) / (fromPerSecond + root)) * 1000;
}
