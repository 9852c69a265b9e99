import { erlangC } from "../../model/queueing/erlang.ts";
import { mgcMeanWait } from "../../model/queueing/mgc.ts";
import { queueDesignEffect } from "../../stats/queue-dependence.ts";

/** A load at which a mean wait before the slots was seen: per server, times in ms. */
export type WaitPoint = {
  readonly ratePerMs: number;
  readonly meanServiceMs: number;
  readonly scv: number;
  readonly meanWaitMs: number;
  /** Those that the mean wait is one of. */
  readonly requests: number;
};

/** `low` and `high` lie half a slot beyond the counts that the waits allow: a whole number is known no better. */
export type Concurrency =
  | { readonly kind: "seen"; readonly slots: number; readonly low: number; readonly high: number }
  | { readonly kind: "unseen"; readonly atLeast: number };

/** Waits shorter than this come from the service's own loop as well as from a queue. */
const shortestWaitMs = 0.2;
const shortestWaitShare = 0.01;
const mostSlots = 4096;
/** How exact the formula for the waits is. */
const formulaError = 0.02;
/** The 95 % point of χ² with one degree of freedom. */
const mostDeviance = 3.841;

/**
 * How many requests a server works on at once, told by how long others wait meanwhile: the number of slots whose
 * M/G/c queue has the waits that were seen, at all loads together, each as heavy as it is sure.
 *
 * The interval holds every count whose misfit is not above the best one's by more than chance allows; where even the
 * best fits worse than chance would have it, that is allowed so much more.
 *
 * Source: Kimura's M/G/c wait (model/queueing/mgc.ts), on logarithms; profile likelihood, with the dispersion of
 * quasi-likelihood (P. McCullagh and J. Nelder, Generalized Linear Models, 1989, sections 4.5 and 9.2).
 */
export function fitConcurrency(points: readonly WaitPoint[]): Concurrency | undefined {
  if (points.length === 0) return undefined;
  const telling = points.filter(
    ({ meanWaitMs, meanServiceMs }) =>
      meanWaitMs >= Math.max(shortestWaitMs, shortestWaitShare * meanServiceMs),
  );
  if (telling.length === 0) return { kind: "unseen", atLeast: leastSlots(points) };
  const first = leastMisfit(misfits(telling, () => 1));
  const all = misfits(telling, (point) => variance(first, point));
  const slots = leastMisfit(all);
  const best = all[slots - 1] ?? 0;
  const dispersion = telling.length < 2 ? 1 : Math.max(1, best / (telling.length - 1));
  const allowed = all.flatMap((misfit, index) =>
    misfit - best <= mostDeviance * dispersion ? [index + 1] : [],
  );
  return { kind: "seen", slots, low: Math.min(...allowed) - 0.5, high: Math.max(...allowed) + 0.5 };
}

/** For 1, 2, … slots: the squared distance of the logarithms of expected and seen waits, over their variance. */
function misfits(points: readonly WaitPoint[], varianceOf: (point: WaitPoint) => number): readonly number[] {
  const variances = points.map(varianceOf);
  const found: number[] = [];
  for (let slots = 1; slots <= mostSlots; slots++) {
    const ratios = points.map((point) => Math.log(waitWith(slots, point) / point.meanWaitMs));
    found.push(ratios.reduce((sum, ratio, index) => sum + ratio ** 2 / (variances[index] ?? 1), 0));
    if (ratios.every((ratio) => ratio < -20)) break;
  }
  return found;
}

function leastMisfit(all: readonly number[]): number {
  return all.indexOf(Math.min(...all)) + 1;
}

/**
 * Of the logarithm of a mean wait: requests that queue behind one another tell less than independent ones, the formula
 * is not exact, and the service's own loop is in the wait.
 */
function variance(slots: number, point: WaitPoint): number {
  const { ratePerMs, meanServiceMs, scv, meanWaitMs, requests } = point;
  const erlangs = ratePerMs * meanServiceMs;
  const own = formulaError ** 2 + (shortestWaitMs / meanWaitMs) ** 2;
  if (erlangs >= slots) return own;
  const effect = queueDesignEffect({ servers: slots, utilisation: erlangs / slots });
  const scvOfWaits = (2 / erlangC(slots, erlangs) - 1) * Math.max(1, (1 + scv) / 2);
  return own + (effect * scvOfWaits) / Math.max(1, requests);
}

/** The fewest slots with which nobody would have waited noticeably at any load. */
function leastSlots(points: readonly WaitPoint[]): number {
  for (let slots = 1; slots < mostSlots; slots++) {
    if (points.every((point) => waitWith(slots, point) < shortestWaitMs)) return slots;
  }
  return mostSlots;
}

function waitWith(slots: number, { ratePerMs, meanServiceMs, scv }: WaitPoint): number {
  if (ratePerMs * meanServiceMs >= slots) return Number.POSITIVE_INFINITY;
  const wait = mgcMeanWait({ rate: ratePerMs, serviceTime: meanServiceMs, servers: slots, scv });
  return Math.max(wait, Number.MIN_VALUE);
}
