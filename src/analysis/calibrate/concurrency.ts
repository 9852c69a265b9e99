import { mgcMeanWait } from "../../model/queueing/mgc.ts";

/** A load at which a mean wait before the slots was seen: per server, times in ms. */
export type WaitPoint = {
  readonly ratePerMs: number;
  readonly meanServiceMs: number;
  readonly scv: number;
  readonly meanWaitMs: number;
};

export type Concurrency =
  | { readonly kind: "seen"; readonly slots: number; readonly low: number; readonly high: number }
  | { readonly kind: "unseen"; readonly atLeast: number };

/** Waits shorter than this come from the service's own loop as well as from a queue. */
const shortestWaitMs = 0.2;
const shortestWaitShare = 0.01;
const mostSlots = 4096;
/** Slot counts stay in the interval while they explain the waits within this factor. */
const withinFactor = 2;

/**
 * How many requests a server works on at once, told by how long others wait meanwhile: the number of slots whose
 * M/G/c queue has the waits that were seen, at all loads together.
 *
 * Source: Kimura's M/G/c wait (model/queueing/mgc.ts), fitted on logarithms. The interval holds every count whose
 * waits lie within a factor of two of those seen; a wait falls so steeply with each slot that it is narrow.
 */
export function fitConcurrency(points: readonly WaitPoint[]): Concurrency | undefined {
  if (points.length === 0) return undefined;
  const telling = points.filter(
    ({ meanWaitMs, meanServiceMs }) =>
      meanWaitMs >= Math.max(shortestWaitMs, shortestWaitShare * meanServiceMs),
  );
  if (telling.length === 0) return { kind: "unseen", atLeast: leastSlots(points) };
  let best = { slots: 1, misfit: Number.POSITIVE_INFINITY };
  const near: number[] = [];
  for (let slots = 1; slots <= mostSlots; slots++) {
    const ratios = telling.map((point) => Math.log(waitWith(slots, point) / point.meanWaitMs));
    const misfit = ratios.reduce((sum, ratio) => sum + ratio * ratio, 0);
    if (misfit < best.misfit) best = { slots, misfit };
    if (ratios.every((ratio) => Math.abs(ratio) <= Math.log(withinFactor))) near.push(slots);
    if (ratios.every((ratio) => ratio < -20)) break;
  }
  return {
    kind: "seen",
    slots: best.slots,
    low: Math.min(best.slots, ...near),
    high: Math.max(best.slots, ...near),
  };
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
