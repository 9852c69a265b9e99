import { invariant } from "../../base/invariant.ts";

/** How often clients try: once, and up to `retries` times more. */
export type RetryLaw = {
  readonly ratePerSecond: number;
  readonly retries: number;
  /** Share of attempts that fail when this many attempts per second arrive; never falls as they grow. */
  readonly failureShare: (attemptsPerSecond: number) => number;
};

export type RetryAnswer = {
  /** Reached from an idle system. */
  readonly calm: RetryPoint;
  /** Reached from a system in which every attempt fails. */
  readonly stormy: RetryPoint;
  /** Two different answers: an overload that stays after its cause is gone. */
  readonly metastable: boolean;
};

export type RetryPoint = { readonly attemptsPerSecond: number; readonly failureShare: number };

/**
 * Mean attempts of one request when each fails with the same chance: (1 − f^(R+1))/(1 − f).
 *
 * Source: geometric series, cut off after R retries.
 */
export function attemptsPerRequest(failureShare: number, retries: number): number {
  invariant(failureShare >= 0 && failureShare <= 1, "a share");
  if (failureShare === 1) return retries + 1;
  return (1 - failureShare ** (retries + 1)) / (1 - failureShare);
}

/**
 * Attempts per second that make just as many attempts per second, from below and from above.
 *
 * Source: fixed point by iteration; both runs are monotone, so they end at the lowest and the highest one.
 */
export function retryFixedPoint(law: RetryLaw): RetryAnswer {
  const calm = settle(law, law.ratePerSecond);
  const stormy = settle(law, law.ratePerSecond * (law.retries + 1));
  const apart = stormy.attemptsPerSecond - calm.attemptsPerSecond;
  return { calm, stormy, metastable: apart > 1e-6 * stormy.attemptsPerSecond };
}

function settle({ ratePerSecond, retries, failureShare }: RetryLaw, from: number): RetryPoint {
  let attempts = from;
  for (let round = 0; round < 100_000; round++) {
    const next = ratePerSecond * attemptsPerRequest(failureShare(attempts), retries);
    const moved = Math.abs(next - attempts);
    attempts = next;
    if (moved <= 1e-12 * attempts) break;
  }
  return { attemptsPerSecond: attempts, failureShare: failureShare(attempts) };
}

/**
 * The rates between which an overload stays after its cause is gone.
 *
 * @param largestRate - where to stop looking, per second
 * @returns undefined where there is only ever one answer
 */
export function hysteresis(
  law: Omit<RetryLaw, "ratePerSecond">,
  largestRate: number,
): { readonly fromPerSecond: number; readonly toPerSecond: number } | undefined {
  const isCalm = (rate: number, start: "calm" | "stormy") =>
    retryFixedPoint({ ...law, ratePerSecond: rate })[start].failureShare < 0.5;
  const fromPerSecond = lastRate((rate) => isCalm(rate, "stormy"), largestRate);
  const toPerSecond = lastRate((rate) => isCalm(rate, "calm"), largestRate);
  return toPerSecond > fromPerSecond * 1.001 ? { fromPerSecond, toPerSecond } : undefined;
}

function lastRate(holds: (rate: number) => boolean, largest: number): number {
  let low = 0;
  let high = largest;
  for (let halvings = 0; halvings < 40; halvings++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
