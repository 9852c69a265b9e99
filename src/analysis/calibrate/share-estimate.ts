import type { Uniform } from "../../base/random.ts";
import { type Interval, wilsonInterval } from "../../stats/binomial.ts";
import { normalQuantile } from "../../stats/normal-quantile.ts";
import { roundedTo6 } from "./draw-estimate.ts";

/** How often something happened in a piece of a run, of how many times that it could have. */
export type Trials = { readonly times: number; readonly of: number };

export type ShareEstimate = Interval & { readonly value: number };

/**
 * A share with its 95 % interval. Where pieces differ more than chance alone would have them (a cache that fills, keys
 * that come together), they count as fewer trials.
 *
 * @returns undefined where there were no trials
 *
 * Source: Wilson's interval; Pearson's χ² by its degrees of freedom as dispersion (McCullagh and Nelder, Generalized
 * Linear Models, 1989, section 4.5).
 */
export function shareEstimate(pieces: readonly Trials[]): ShareEstimate | undefined {
  const told = pieces.filter((piece) => piece.of > 0);
  const times = told.reduce((sum, piece) => sum + piece.times, 0);
  const trials = told.reduce((sum, piece) => sum + piece.of, 0);
  if (trials === 0) return undefined;
  const share = times / trials;
  const squares = told.reduce((sum, piece) => {
    const beside = piece.times - piece.of * share;
    return beside === 0 ? sum : sum + (beside * beside) / (piece.of * share * (1 - share));
  }, 0);
  const dispersion = Math.max(1, squares / Math.max(1, told.length - 1));
  const { low, high } = wilsonInterval(times / dispersion, trials / dispersion);
  return { value: roundedTo6(share), low: roundedTo6(low), high: roundedTo6(high) };
}

/** The share that other trials of the same number might have given. */
export function drawShare({ value, low, high }: ShareEstimate, uniform: Uniform): number {
  const deviation = (high - low) / 2 / normalQuantile(0.975);
  const drawn = value + deviation * normalQuantile(Math.min(uniform(), 1 - 1e-12));
  return roundedTo6(Math.min(1, Math.max(0, drawn)));
}
